/** Where the changes of a proposal stand. Plain values: nothing here needs VS Code. */

import type { Hunk, Proposal, ProposedFile } from '../wire.ts';

/** A change that waits, in the text that the right side of the diff editor shows. */
export interface Place {
  readonly hunk: Hunk;
  /** From 0; of a change that only removes, the line that follows. */
  readonly line: number;
  /** How many lines of the right side belong to it. */
  readonly lines: number;
  /** "2" of "2 of 5" */
  readonly number: number;
  readonly of: number;
}

/**
 * Hunks count the lines of `original`, which holds the accepted ones already; the right side holds the pending ones too,
 * and each of those moves what follows.
 */
export function pendingPlaces(file: ProposedFile): Place[] {
  const places: Place[] = [];
  const pending = file.hunks.filter((hunk) => hunk.state === 'pending').sort((a, b) => a.startLine - b.startLine);
  let shift = 0;
  for (const hunk of pending) {
    const lines = lineCount(hunk.newText);
    places.push({ hunk, line: hunk.startLine + shift, lines, number: places.length + 1, of: pending.length });
    shift += lines - (hunk.endLine - hunk.startLine);
  }
  return places;
}

/** The change at a line of the right side, else the next one after it, else the last. */
export function placeAt(places: readonly Place[], line: number): Place | undefined {
  return places.find((place) => line < place.line + Math.max(1, place.lines)) ?? places.at(-1);
}

export function pendingCount(proposal: Proposal): number {
  return proposal.files.flatMap((file) => file.hunks).filter((hunk) => hunk.state === 'pending').length;
}

/** As LSP and VS Code count: a line ends with any of the three. */
function lineCount(text: string): number {
  return (text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []).length;
}

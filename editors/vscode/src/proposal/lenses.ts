/** What can be clicked in the diff editor: a headline, and Accept and Reject over each change that waits. */

import { CodeLens, EventEmitter, Range, type CodeLensProvider, type Disposable, type TextDocument } from 'vscode';

import type { Documents } from './documents.ts';
import { pendingPlaces } from './hunks.ts';
import { acceptLabel, headline, REJECT_LABEL } from './labels.ts';

/** Argument of the commands below. */
export interface HunkRef {
  readonly proposal: string;
  readonly hunk: string;
}

export class Lenses implements CodeLensProvider, Disposable {
  readonly #documents: Documents;
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  refresh(): void {
    this.#changed.fire();
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const shown = this.#documents.at(document.uri);
    if (shown?.side !== 'proposed') return [];
    const { proposal, file } = shown;
    const at = (line: number): Range => new Range(line, 0, line, 0);
    const lenses: CodeLens[] = [];
    for (const place of pendingPlaces(file)) {
      const range = at(Math.min(place.line, document.lineCount - 1));
      const ref: HunkRef = { proposal: proposal.id, hunk: place.hunk.id };
      lenses.push(
        new CodeLens(range, { title: acceptLabel(place), command: 'autocrea.proposal.accept', arguments: [ref] }),
        new CodeLens(range, { title: REJECT_LABEL, command: 'autocrea.proposal.reject', arguments: [ref] }),
      );
    }
    // Behind the buttons of a change on the first line: it is long, and they must not be cut off.
    lenses.push(
      new CodeLens(at(0), {
        title: headline(proposal),
        tooltip: 'Show the explanation',
        command: 'autocrea.proposal.explanation',
        arguments: [proposal.id],
      }),
    );
    return lenses;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

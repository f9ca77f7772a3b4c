/** What can be clicked in the diff editor: a headline, and over each change that waits what to do with it. */

import { CodeLens, EventEmitter, Range, type CodeLensProvider, type Disposable, type TextDocument } from 'vscode';

import type { Documents } from './documents.ts';
import { pendingPlaces } from './hunks.ts';
import { buttons, headline } from './labels.ts';

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
      for (const button of buttons(file, place)) lenses.push(new CodeLens(range, { ...button, arguments: [ref] }));
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

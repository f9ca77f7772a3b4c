/** The two sides of the diff editor, as documents that cannot be edited. */

import { EventEmitter, Uri, type Disposable, type TextDocumentContentProvider } from 'vscode';

import type { Proposal, ProposedFile } from '../wire.ts';
import { addressOf, uriParts, type Address } from './address.ts';

export class Documents implements TextDocumentContentProvider, Disposable {
  readonly #proposals = new Map<string, Proposal>();
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;

  get(id: string): Proposal | undefined {
    return this.#proposals.get(id);
  }

  set(proposal: Proposal): void {
    this.#proposals.set(proposal.id, proposal);
    for (const file of proposal.files) {
      for (const side of ['original', 'proposed'] as const) {
        this.#changed.fire(Documents.uri({ proposal: proposal.id, uri: file.uri, side }));
      }
    }
  }

  forget(id: string): void {
    this.#proposals.delete(id);
  }

  /** What a document shows; undefined for others and for those of proposals that are gone. */
  at(uri: Uri): { proposal: Proposal; file: ProposedFile; side: Address['side'] } | undefined {
    const address = addressOf(uri);
    const proposal = address && this.#proposals.get(address.proposal);
    const file = proposal?.files.find((candidate) => candidate.uri === address?.uri);
    return address && proposal && file && { proposal, file, side: address.side };
  }

  provideTextDocumentContent(uri: Uri): string {
    const shown = this.at(uri);
    if (shown === undefined) return '';
    return shown.side === 'proposed' ? shown.file.proposed : shown.file.original;
  }

  static uri(address: Address): Uri {
    const { scheme, path, query } = uriParts(address);
    return Uri.from({ scheme, path, query });
  }

  dispose(): void {
    this.#changed.dispose();
    this.#proposals.clear();
  }
}

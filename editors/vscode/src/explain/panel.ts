/** The explanation panel: one beside the editor, used again for each explanation. */

import type { Uri} from 'vscode';
import { CancellationTokenSource, ViewColumn, window, type CancellationToken, type Disposable, type WebviewPanel } from 'vscode';

import { spent } from '../act/amounts.ts';
import { Pane } from '../view/pane.ts';
import type { FromView } from '../view/state.ts';
import { Talk } from '../view/talk.ts';
import type { Explanation } from '../wire.ts';

export class Explanations implements Disposable {
  readonly #out: Uri;
  readonly #talk = new Talk({
    changed: () => this.#shown?.pane.show(),
    grown: (text) => this.#shown?.pane.grow(text),
  });
  #shown: { readonly panel: WebviewPanel; readonly pane: Pane } | undefined;

  /** `out` is the folder of the bundled page. */
  constructor(out: Uri) {
    this.#out = out;
  }

  /** Shows a text that is there already. */
  show(title: string, markdown: string, cost: { readonly tokensUsed: number; readonly costMicros?: number | null }): void {
    this.#open();
    this.#talk.replace(title, [{ role: 'assistant', text: markdown, note: spent(cost) }]);
  }

  /** Shows an answer while it comes. Closing the panel, or its Stop button, cancels. */
  async run(title: string, ask: (add: (piece: string) => void, token: CancellationToken) => Promise<Explanation>): Promise<void> {
    const source = new CancellationTokenSource();
    try {
      this.#open();
      this.#talk.replace(title, []);
      await this.#talk.exchange(undefined, (add) => ask(add, source.token), () => {
        source.cancel();
      });
    } finally {
      source.dispose();
    }
  }

  dispose(): void {
    this.#shown?.panel.dispose();
  }

  #open(): void {
    if (this.#shown !== undefined) {
      this.#shown.panel.reveal(undefined, true);
      return;
    }
    const column = { viewColumn: ViewColumn.Beside, preserveFocus: true };
    const panel = window.createWebviewPanel('autocrea.explanation', 'JoxCoder: Explanation', column);
    const pane = new Pane(panel.webview, this.#out, () => this.#talk.state, (message) => {
      this.#heard(message);
    });
    panel.onDidDispose(() => {
      this.#shown = undefined;
      pane.dispose();
      this.#talk.stop();
    });
    this.#shown = { panel, pane };
  }

  #heard(message: FromView): void {
    if (message.type === 'stop') this.#talk.stop();
  }
}

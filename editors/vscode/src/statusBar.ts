/** The status bar item: what the server says about the document in front. */

import { MarkdownString, StatusBarAlignment, ThemeColor, window, type Disposable } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

import { documentInFront } from './documents.ts';
import { StatusRequest } from './messages.ts';
import { render, type View } from './statusText.ts';

const PRIORITY = 100; // left of the editor's own items on the right side

export class StatusBar implements Disposable {
  readonly #item = window.createStatusBarItem('autocrea.status', StatusBarAlignment.Right, PRIORITY);
  #view: View = { state: 'stopped', message: 'Starts with the first document.' };
  /** Refreshes asked for since the last question went out; more than one means that the answer may be old. */
  #wishes = 0;

  constructor() {
    this.#item.name = 'AUTOCREA';
    this.#item.command = 'autocrea.showStatus';
  }

  get view(): View {
    return this.#view;
  }

  show(view: View): void {
    const { text, label, tooltip, severity } = render(view);
    this.#view = view;
    this.#item.text = text;
    this.#item.tooltip = new MarkdownString(tooltip);
    this.#item.accessibilityInformation = { label };
    this.#item.backgroundColor =
      severity === 'none' ? undefined : new ThemeColor(`statusBarItem.${severity}Background`);
    this.#item.show();
  }

  /** Asks the server about the document in front. One question at a time: what comes meanwhile is asked once, after. */
  async refresh(client: LanguageClient): Promise<void> {
    this.#wishes += 1;
    if (this.#wishes > 1) return;
    try {
      await this.#ask(client);
    } catch (error) {
      // A server that stops meanwhile says so by its state; one that cannot answer is worth a line.
      if (client.isRunning()) client.outputChannel.warn(`No status: ${String(error)}`);
    }
    const again = this.#wishes > 1;
    this.#wishes = 0;
    if (again) await this.refresh(client);
  }

  async #ask(client: LanguageClient): Promise<void> {
    const document = documentInFront();
    const uri = document === undefined ? null : client.code2ProtocolConverter.asUri(document.uri);
    const status = await client.sendRequest(StatusRequest, { uri });
    if (client.isRunning()) this.show(status);
  }

  dispose(): void {
    this.#item.dispose();
  }
}

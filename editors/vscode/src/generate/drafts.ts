/** Code that is being generated, in a diff editor that only shows it while it comes. */

import {
  commands,
  EventEmitter,
  TabInputTextDiff,
  Uri,
  window,
  workspace,
  type Disposable,
  type TextDocumentContentProvider,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

import type { GenerateParams } from '../wire.ts';
import { around } from './around.ts';

const SCHEME = 'autocrea-draft';
const INTERVAL_MS = 100; // between two states that are shown

export interface Draft {
  add(piece: string): void;
  close(): Promise<void>;
}

/** What surrounds the code that comes. */
interface Text {
  readonly before: string;
  readonly after: string;
  code: string;
}

export class Drafts implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, Text>();
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registered = workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent({ query, fragment }: Uri): string {
    const text = this.#texts.get(query);
    return text === undefined ? '' : text.before + (fragment === 'proposed' ? text.code : '') + text.after;
  }

  async open(client: LanguageClient, { uri, position, path }: GenerateParams): Promise<Draft> {
    const id = crypto.randomUUID();
    const text: Text = { before: '', after: '', code: '' };
    let name = path?.split('/').at(-1) ?? 'New file';
    if (typeof uri === 'string' && position !== null && position !== undefined) {
      const document = await workspace.openTextDocument(client.protocol2CodeConverter.asUri(uri));
      name = document.uri.path.split('/').at(-1) ?? name;
      Object.assign(text, around(document.getText(), position.line));
    }
    this.#texts.set(id, text);
    const right = Uri.from({ scheme: SCHEME, path: `/${name}`, query: id, fragment: 'proposed' });
    const options = { preview: false, preserveFocus: true };
    await commands.executeCommand('vscode.diff', right.with({ fragment: 'original' }), right, `${name}: generating…`, options);
    let timer: NodeJS.Timeout | undefined;
    return {
      add: (piece) => {
        text.code = (text.code + piece).replace(/^(?:\r?\n)+/, ''); // which only set the code apart in the answer
        timer ??= setTimeout(() => {
          timer = undefined;
          this.#changed.fire(right);
        }, INTERVAL_MS);
      },
      close: async () => {
        clearTimeout(timer);
        const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
        const ours = tabs.filter(({ input }) => input instanceof TabInputTextDiff && input.modified.toString() === right.toString());
        if (ours.length > 0) await window.tabGroups.close(ours, true);
        this.#texts.delete(id);
      },
    };
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
    this.#texts.clear();
  }
}

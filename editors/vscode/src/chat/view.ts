/** The chat in its view of the side bar. The chats themselves live in the server. */

import {
  CancellationTokenSource,
  commands,
  Range,
  window,
  workspace,
  type Disposable,
  type Uri,
  type WebviewView,
  type WebviewViewProvider,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

import { linesOf } from '../act/lines.ts';
import { stream } from '../act/stream.ts';
import { diagnosticsIn, targetInFront } from '../act/target.ts';
import { ChatForgetRequest, ChatRequest, ChatSessionsRequest } from '../messages.ts';
import { Pane } from '../view/pane.ts';
import type { Attachable, FromView } from '../view/state.ts';
import { Conversation, type Attached, type ChatServer } from './conversation.ts';

const VIEW = 'autocrea.chat.view';

export interface ChatParts {
  readonly connection: () => Promise<LanguageClient>;
  /** The folder of the bundled page. */
  readonly out: Uri;
  /** Shows what an act of the user failed with. */
  readonly report: (error: unknown) => void;
  readonly log: (line: string) => void;
}

export class Chat implements WebviewViewProvider, Disposable {
  readonly #connection: () => Promise<LanguageClient>;
  readonly #out: Uri;
  readonly #report: (error: unknown) => void;
  readonly #log: (line: string) => void;
  readonly #conversation: Conversation;
  readonly #registered = window.registerWebviewViewProvider(VIEW, this);
  #pane: Pane | undefined;

  constructor({ connection, out, report, log }: ChatParts) {
    this.#connection = connection;
    this.#out = out;
    this.#report = report;
    this.#log = log;
    this.#conversation = new Conversation(serverOf(connection), {
      changed: () => this.#pane?.show(),
      grown: (text) => this.#pane?.grow(text),
    });
  }

  resolveWebviewView(view: WebviewView): void {
    const state = (): Conversation['talk']['state'] => this.#conversation.talk.state;
    const pane = new Pane(view.webview, this.#out, state, (message) => void this.#heard(message));
    view.onDidDispose(() => {
      pane.dispose();
      if (this.#pane === pane) this.#pane = undefined;
    });
    this.#pane = pane;
    void this.#refresh();
  }

  /** Brings it to the front; what is selected goes along. */
  async show(): Promise<void> {
    const selected = window.activeTextEditor?.selection.isEmpty === false;
    if (selected) await this.#attach('selection');
    await commands.executeCommand(`${VIEW}.focus`);
  }

  /** The server is another one, or none: its chats are not those that are shown. */
  async serverChanged(running: boolean): Promise<void> {
    this.#conversation.begin();
    if (running && this.#pane !== undefined) await this.#refresh();
  }

  dispose(): void {
    this.#conversation.talk.stop();
    this.#registered.dispose();
    this.#pane?.dispose();
  }

  /** Nobody asked for this, so a failure is no message. */
  async #refresh(): Promise<void> {
    try {
      await this.#conversation.refresh();
    } catch (error) {
      this.#log(`The chats were not listed: ${String(error)}`);
    }
  }

  async #heard(message: FromView): Promise<void> {
    await this.#act(async () => {
      const chat = this.#conversation;
      if (message.type === 'send') await chat.send(message.text);
      else if (message.type === 'stop') chat.talk.stop();
      else if (message.type === 'new') chat.begin();
      else if (message.type === 'forget') await chat.forget();
      else if (message.type === 'open') await chat.open(message.session);
      else if (message.type === 'detach') chat.detach(message.index);
      else if (message.type === 'attach') await this.#attach(message.kind);
    });
  }

  async #attach(kind: Attachable): Promise<void> {
    this.#conversation.attach(attachedInFront(await this.#connection(), kind));
  }

  async #act(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#report(error);
    }
  }
}

function attachedInFront(client: LanguageClient, kind: Attachable): Attached {
  const { document, uri, range, selection } = targetInFront(client);
  const name = workspace.asRelativePath(document.uri);
  if (kind === 'file') return { name, attachment: { kind, uri } };
  if (kind === 'selection') {
    if (selection.isEmpty) throw new Error('select something first');
    const { first, last } = linesOf(selection);
    return { name: `${name}:${String(first)}–${String(last)}`, attachment: { kind, uri, range } };
  }
  // The server does not hear what other servers report.
  const diagnostics = diagnosticsIn(client, document, new Range(0, 0, document.lineCount, 0));
  if (diagnostics.length === 0) throw new Error(`nothing is reported in ${name}`);
  const count = `${String(diagnostics.length)} ${diagnostics.length === 1 ? 'problem' : 'problems'}`;
  return { name: `${count} of ${name}`, attachment: { kind, uri, diagnostics } };
}

function serverOf(connection: () => Promise<LanguageClient>): ChatServer {
  return {
    ask: (params, add) => {
      const source = new CancellationTokenSource();
      const answer = connection()
        .then((client) => stream(client, ChatRequest, params, add, source.token))
        .finally(() => {
          source.dispose();
        });
      return {
        answer,
        stop: () => {
          source.cancel();
        },
      };
    },
    sessions: async (session) => (await (await connection()).sendRequest(ChatSessionsRequest, { session })).sessions,
    forget: async (session) => (await connection()).sendRequest(ChatForgetRequest, { session }),
  };
}

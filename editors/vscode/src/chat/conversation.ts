/** The chat in front: its messages, what goes along with the next one, and the list of chats. Needs no VS Code. */

import { Talk, type Listener } from '../view/talk.ts';
import type { Entry, Session } from '../view/state.ts';
import type { Attachment, ChatAnswer, ChatParams, ChatSession } from '../wire.ts';

/** The server, which keeps the chats. */
export interface ChatServer {
  ask(params: ChatParams, add: (piece: string) => void): { readonly answer: Promise<ChatAnswer>; readonly stop: () => void };
  /** All without their messages, or the one that is named with them. */
  sessions(session: string | null): Promise<readonly ChatSession[]>;
  forget(session: string): Promise<unknown>;
}

export interface Attached {
  /** "main.py, lines 3 to 7" */
  readonly name: string;
  readonly attachment: Attachment;
}

export class Conversation {
  readonly #server: ChatServer;
  readonly talk: Talk;
  #sessions: readonly Session[] = [];
  #session: string | null = null;
  #attached: readonly Attached[] = [];

  constructor(server: ChatServer, listener: Listener) {
    this.#server = server;
    this.talk = new Talk(listener);
    this.#publish();
  }

  /** Sends a message; what is attached goes along once. */
  async send(message: string): Promise<void> {
    if (this.talk.state.busy) return;
    const attached = this.#attached;
    const session = this.#session;
    this.#attached = [];
    this.#publish();
    const params: ChatParams = { message, session, attachments: attached.map(({ attachment }) => attachment) };
    let stop = (): void => undefined;
    const question = [message, ...attached.map(({ name }) => `+ ${name}`)].join('\n');
    const answer = await this.talk.exchange(
      question,
      (add) => {
        const running = this.#server.ask(params, add);
        stop = running.stop;
        return running.answer;
      },
      () => {
        stop();
      },
    );
    // Unless another chat was opened meanwhile.
    if (answer !== undefined && this.#session === session) this.#session = answer.session;
    await this.refresh();
  }

  attach(attached: Attached): void {
    const same = JSON.stringify(attached.attachment);
    if (this.#attached.some(({ attachment }) => JSON.stringify(attachment) === same)) return;
    this.#attached = [...this.#attached, attached];
    this.#publish();
  }

  detach(index: number): void {
    this.#attached = this.#attached.filter((_, at) => at !== index);
    this.#publish();
  }

  /** Another chat, with what was said in it. */
  async open(id: string): Promise<void> {
    const found = (await this.#server.sessions(id)).find((session) => session.id === id);
    if (found === undefined) throw new Error('that chat is gone');
    this.#session = id;
    this.talk.replace('', found.messages.map(entryOf));
    this.#publish();
  }

  begin(): void {
    this.#session = null;
    this.talk.replace('', []);
    this.#publish();
  }

  async forget(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    this.talk.stop();
    await this.#server.forget(session);
    this.begin();
    await this.refresh();
  }

  /** Reads the list of chats again. One that the server no longer has is not the one in front either. */
  async refresh(): Promise<void> {
    const sessions = await this.#server.sessions(null);
    this.#sessions = [...sessions].sort((a, b) => b.updatedAt - a.updatedAt).map(({ id, title }) => ({ id, title }));
    if (!this.#sessions.some(({ id }) => id === this.#session)) this.#session = null;
    this.#publish();
  }

  #publish(): void {
    const attached = this.#attached.map(({ name }) => name);
    this.talk.update({ chat: { sessions: this.#sessions, session: this.#session, attached } });
  }
}

function entryOf({ role, text }: ChatSession['messages'][number]): Entry {
  return { role, text };
}

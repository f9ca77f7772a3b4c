import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conversation, type ChatServer } from '../../src/chat/conversation.ts';
import { page } from '../../src/view/page.ts';
import { fromView, type ViewState } from '../../src/view/state.ts';
import { Talk } from '../../src/view/talk.ts';
import type { ChatAnswer, ChatParams, ChatSession } from '../../src/wire.ts';

const ANSWER = { markdown: 'All of it.', tokensUsed: 7, costMicros: null };

function listening(): { seen: ViewState[]; grown: string[]; talk: Talk } {
  const seen: ViewState[] = [];
  const grown: string[] = [];
  const talk = new Talk({ changed: (state) => seen.push(state), grown: (text) => grown.push(text) });
  return { seen, grown, talk };
}

const texts = (state: ViewState | undefined): string[] => (state?.entries ?? []).map(({ role, text }) => `${role}: ${text}`);

test('an answer grows, and ends as the server has it', async () => {
  const { seen, grown, talk } = listening();
  const run = (add: (piece: string) => void): Promise<typeof ANSWER> => {
    add('All');
    add(' of');
    return Promise.resolve(ANSWER);
  };
  assert.equal(await talk.exchange('What?', run, () => undefined), ANSWER);
  assert.deepEqual(grown, ['All', 'All of']);
  assert.deepEqual(seen[0]?.busy, true);
  assert.deepEqual(texts(seen.at(-1)), ['user: What?', 'assistant: All of it.']);
  assert.equal(seen.at(-1)?.entries.at(-1)?.note, '7 tokens');
  assert.equal(talk.state.busy, false);
});

test('a failure is shown, and what had come stays', async () => {
  const { seen, talk } = listening();
  const run = (add: (piece: string) => void): Promise<typeof ANSWER> => {
    add('Half');
    return Promise.reject(new Error('the service is overloaded'));
  };
  assert.equal(await talk.exchange('What?', run, () => undefined), undefined);
  assert.deepEqual(texts(seen.at(-1)), ['user: What?', 'assistant: Half', 'error: the service is overloaded']);
});

test('stopped, the answer keeps what had come and no error is shown', async () => {
  const { seen, talk } = listening();
  let reject: (error: Error) => void = () => undefined;
  const running = talk.exchange(undefined, (add) => {
    add('Half');
    return new Promise<typeof ANSWER>((_, no) => (reject = no));
  }, () => {
    reject(new Error('cancelled'));
  });
  talk.stop();
  assert.equal(await running, undefined);
  assert.deepEqual(texts(seen.at(-1)), ['assistant: Half']);
  assert.equal(seen.at(-1)?.entries[0]?.note, 'Stopped.');
});

test('an answer to what is no longer shown is not shown', async () => {
  const { talk } = listening();
  let resolve: (answer: typeof ANSWER) => void = () => undefined;
  let add: (piece: string) => void = () => undefined;
  let stops = 0;
  const running = talk.exchange('Old?', (adder) => {
    add = adder;
    return new Promise<typeof ANSWER>((yes) => (resolve = yes));
  }, () => (stops += 1));
  talk.replace('Other', [{ role: 'assistant', text: 'Other.' }]);
  add('late');
  resolve(ANSWER);
  await running;
  assert.equal(stops, 1);
  assert.deepEqual(texts(talk.state), ['assistant: Other.']);
});

/** Keeps chats as the server does. */
class Server implements ChatServer {
  readonly asked: ChatParams[] = [];
  readonly kept = new Map<string, ChatSession>();
  answer: Promise<ChatAnswer> | undefined;

  ask(params: ChatParams): { answer: Promise<ChatAnswer>; stop: () => void } {
    this.asked.push(params);
    const session = params.session ?? `s${String(this.kept.size + 1)}`;
    const messages = [...(this.kept.get(session)?.messages ?? []), { role: 'user', text: params.message } as const];
    this.kept.set(session, { id: session, title: params.message, updatedAt: this.asked.length, messages });
    return { answer: this.answer ?? Promise.resolve({ ...ANSWER, session }), stop: () => undefined };
  }

  sessions(session: string | null): Promise<ChatSession[]> {
    return Promise.resolve([...this.kept.values()].filter(({ id }) => session === null || id === session));
  }

  forget(session: string): Promise<null> {
    this.kept.delete(session);
    return Promise.resolve(null);
  }
}

function chatting(): { server: Server; chat: Conversation } {
  const server = new Server();
  return { server, chat: new Conversation(server, { changed: () => undefined, grown: () => undefined }) };
}

const FILE = { name: 'main.py', attachment: { kind: 'file', uri: 'file:///w/main.py' } } as const;

test('the second message goes to the chat of the first, and attachments go along once', async () => {
  const { server, chat } = chatting();
  chat.attach(FILE);
  chat.attach(FILE);
  assert.deepEqual(chat.talk.state.chat?.attached, ['main.py']);
  await chat.send('One');
  await chat.send('Two');
  assert.deepEqual(server.asked, [
    { message: 'One', session: null, attachments: [FILE.attachment] },
    { message: 'Two', session: 's1', attachments: [] },
  ]);
  assert.equal(chat.talk.state.entries[0]?.text, 'One\n+ main.py');
  assert.deepEqual(chat.talk.state.chat, { sessions: [{ id: 's1', title: 'Two' }], session: 's1', attached: [] });
});

test('while an answer comes, no other message is sent', async () => {
  const { server, chat } = chatting();
  let resolve: (answer: ChatAnswer) => void = () => undefined;
  server.answer = new Promise((yes) => (resolve = yes));
  const first = chat.send('One');
  await chat.send('Two');
  resolve({ ...ANSWER, session: 's1' });
  await first;
  assert.deepEqual(server.asked.map(({ message }) => message), ['One']);
});

test('another chat is opened with its messages; the newest stands first', async () => {
  const { chat } = chatting();
  await chat.send('One');
  chat.begin();
  await chat.send('Two');
  assert.deepEqual(chat.talk.state.chat?.sessions.map(({ id }) => id), ['s2', 's1']);
  await chat.open('s1');
  assert.deepEqual(texts(chat.talk.state), ['user: One']);
  assert.equal(chat.talk.state.chat.session, 's1');
  await assert.rejects(chat.open('gone'), /gone/);
});

test('a forgotten chat is gone here and there', async () => {
  const { server, chat } = chatting();
  await chat.send('One');
  await chat.forget();
  assert.equal(server.kept.size, 0);
  assert.deepEqual(chat.talk.state.entries, []);
  assert.deepEqual(chat.talk.state.chat, { sessions: [], session: null, attached: [] });
});

test('an attachment is left out again', () => {
  const { chat } = chatting();
  chat.attach(FILE);
  chat.detach(0);
  assert.deepEqual(chat.talk.state.chat?.attached, []);
});

test('the page loads what is ours and nothing else', () => {
  const html = page({ script: 'https://host/out/webview.js', style: 'https://host/out/webview.css', source: 'https://host', nonce: 'n1' });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
  assert.equal(policy, "default-src 'none'; style-src https://host 'nonce-n1'; script-src 'nonce-n1'");
  assert.equal((html.match(/<script/g) ?? []).length, 1);
  assert.match(html, /<script nonce="n1" src="https:\/\/host\/out\/webview\.js">/);
});

const MESSAGES: [unknown, boolean][] = [
  [{ type: 'ready' }, true],
  [{ type: 'send', text: 'hello' }, true],
  [{ type: 'attach', kind: 'file' }, true],
  [{ type: 'detach', index: 0 }, true],
  [{ type: 'open', session: 's1' }, true],
  [{ type: 'send' }, false],
  [{ type: 'attach', kind: 'terminal' }, false],
  [{ type: 'detach', index: '0' }, false],
  [{ type: 'command', text: 'x' }, false],
  [null, false],
  ['ready', false],
];
for (const [message, known] of MESSAGES) {
  test(`the page says ${JSON.stringify(message)}: ${known ? 'heard' : 'ignored'}`, () => {
    assert.deepEqual(fromView(message), known ? message : undefined);
  });
}

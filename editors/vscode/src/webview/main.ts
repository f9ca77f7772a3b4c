/** The page of the explanation panel and of the chat: shows a state, and says what was pressed. */

import { ATTACHABLE, NOTHING, type ChatState, type Entry, type FromView, type ToView, type ViewState } from '../view/state.ts';
import { button, draw, element } from './draw.ts';

interface Host {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Host;

const NEAR_PX = 40; // so close to the end, the view follows what comes

const host = acquireVsCodeApi();
const say = (message: FromView): void => {
  host.postMessage(message);
};
const copy = (text: string): void => {
  say({ type: 'copy', text });
};

const heading = element('h1');
const sessions = element('div', 'sessions');
const log = element('main', 'log');
log.setAttribute('role', 'log');
log.tabIndex = 0;
const stop = button('Stop', () => {
  say({ type: 'stop' });
}, 'stop');
const chips = element('div', 'chips');
const input = element('textarea', 'input');
input.rows = 3;
input.placeholder = 'Ask JoxCoder. Enter sends, Shift+Enter begins a new line.';
input.setAttribute('aria-label', 'Message');
const send = button('Send', submit, 'send');
const composer = element('form', 'composer', chips, input, element('div', 'row', send));
let state: ViewState = NOTHING;

document.body.append(heading, sessions, log, stop, composer);

composer.addEventListener('submit', (event) => {
  event.preventDefault();
});
input.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
input.addEventListener('input', () => {
  host.setState({ draft: input.value }); // survives being hidden
});
input.value = draftOf(host.getState());
window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
  if (data.type === 'state') show(data.state);
  else grow(data.text);
});
say({ type: 'ready' });

function submit(): void {
  const text = input.value.trim();
  if (text === '' || state.busy) return;
  input.value = '';
  host.setState({ draft: '' });
  say({ type: 'send', text });
}

function show(next: ViewState): void {
  state = next;
  heading.textContent = next.title;
  heading.hidden = next.title === '';
  following(() => {
    log.replaceChildren(...next.entries.map(entryElement));
  });
  log.setAttribute('aria-busy', String(next.busy));
  stop.hidden = !next.busy;
  send.disabled = next.busy;
  composer.hidden = next.chat === null;
  sessions.hidden = next.chat === null;
  if (next.chat !== null) {
    sessions.replaceChildren(...sessionControls(next.chat));
    chips.replaceChildren(...chipElements(next.chat));
  }
}

function grow(text: string): void {
  const last = state.entries.at(-1);
  const shown = log.lastElementChild;
  if (last?.role !== 'assistant' || shown === null) return;
  following(() => {
    shown.replaceWith(entryElement({ ...last, text }));
  });
}

function entryElement({ role, text, note }: Entry): HTMLElement {
  const made = element('article', role);
  if (role === 'assistant') made.append(...draw(text, copy));
  else made.append(element('p', '', text));
  if (note !== undefined) made.append(element('p', 'note', note));
  made.setAttribute('aria-label', { user: 'You', assistant: 'JoxCoder', error: 'Error' }[role]);
  if (role === 'error') made.setAttribute('role', 'alert');
  return made;
}

function sessionControls(chat: ChatState): HTMLElement[] {
  const choice = element('select');
  choice.setAttribute('aria-label', 'Chats');
  const added = chat.session === null ? [{ id: '', title: 'New chat' }] : [];
  for (const { id, title } of [...added, ...chat.sessions]) {
    const option = element('option', '', title);
    option.value = id;
    option.selected = id === (chat.session ?? '');
    choice.append(option);
  }
  choice.addEventListener('change', () => {
    if (choice.value === '') say({ type: 'new' });
    else say({ type: 'open', session: choice.value });
  });
  const fresh = button('New', () => {
    say({ type: 'new' });
  });
  const forget = button('Forget', () => {
    say({ type: 'forget' });
  });
  forget.disabled = chat.session === null;
  forget.title = 'Forget this chat, here and in the server';
  return [choice, fresh, forget];
}

function chipElements(chat: ChatState): HTMLElement[] {
  const attached = chat.attached.map((name, index) => {
    const remove = button('×', () => {
      say({ type: 'detach', index });
    });
    remove.setAttribute('aria-label', `Leave out ${name}`);
    return element('span', 'chip', name, remove);
  });
  const offers = ATTACHABLE.map((kind) =>
    button(`+ ${kind}`, () => {
      say({ type: 'attach', kind });
    }, 'attach'),
  );
  return [...attached, ...offers];
}

/** Changes the log, and stays at its end when it was there. */
function following(change: () => void): void {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
  change();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function draftOf(saved: unknown): string {
  const draft = typeof saved === 'object' && saved !== null && 'draft' in saved ? saved.draft : '';
  return typeof draft === 'string' ? draft : '';
}

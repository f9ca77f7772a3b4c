/** A conversation as it is shown: questions, and an answer that grows, ends, fails or is stopped. Needs no VS Code. */

import { spent } from '../act/amounts.ts';
import { NOTHING, type Entry, type ViewState } from './state.ts';

export interface Listener {
  /** Everything may have changed. */
  changed(state: ViewState): void;
  /** Only the last entry has grown; this is all its text. */
  grown(text: string): void;
}

export class Talk {
  readonly #listener: Listener;
  #state: ViewState = NOTHING;
  #stop: (() => void) | undefined;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  get state(): ViewState {
    return this.#state;
  }

  update(change: Partial<ViewState>): void {
    this.#state = { ...this.#state, ...change };
    this.#listener.changed(this.#state);
  }

  /** Shows other entries; an answer under way is stopped. */
  replace(title: string, entries: readonly Entry[]): void {
    this.stop();
    this.#stop = undefined;
    this.update({ title, entries, busy: false });
  }

  stop(): void {
    this.#stop?.();
  }

  /**
   * Runs one exchange. `ask` gets a function that adds text; `stop` is called when the user wants no more, and what has
   * come by then stays. Returns the answer, undefined when it was stopped or failed.
   */
  async exchange<A extends { readonly markdown: string; readonly tokensUsed: number; readonly costMicros?: number | null }>(
    question: string | undefined,
    ask: (add: (piece: string) => void) => Promise<A>,
    stop: () => void,
  ): Promise<A | undefined> {
    const asked: Entry[] = question === undefined ? [] : [{ role: 'user', text: question }];
    const before = [...this.#state.entries, ...asked];
    const turn = { stopped: false };
    const mine = (): boolean => this.#stop === cancel;
    const cancel = (): void => {
      turn.stopped = true;
      stop();
    };
    this.#stop = cancel;
    let text = '';
    const end = (last: readonly Entry[]): void => {
      if (!mine()) return; // something else is shown by now
      this.#stop = undefined;
      this.update({ entries: [...before, ...last], busy: false });
    };
    this.update({ entries: [...before, { role: 'assistant', text }], busy: true });
    try {
      const answer = await ask((piece) => {
        if (!mine() || turn.stopped) return;
        text += piece;
        this.#state = { ...this.#state, entries: [...before, { role: 'assistant', text }] };
        this.#listener.grown(text);
      });
      end([{ role: 'assistant', text: answer.markdown, note: spent(answer) }]);
      return answer;
    } catch (error) {
      const partial: Entry[] = text === '' && !turn.stopped ? [] : [{ role: 'assistant', text, note: 'Stopped.' }];
      if (turn.stopped) end(partial);
      else end([...partial, { role: 'error', text: error instanceof Error ? error.message : String(error) }]);
      return undefined;
    }
  }
}

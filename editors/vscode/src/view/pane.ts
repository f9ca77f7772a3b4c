/** The host's side of a web view: its page, what it is shown and what it says. */

import { env, Uri, type Disposable, type Webview } from 'vscode';

import { page } from './page.ts';
import { fromView, type FromView, type ToView, type ViewState } from './state.ts';

const STREAM_INTERVAL_MS = 50; // between two growths that are shown

export class Pane implements Disposable {
  readonly #webview: Webview;
  readonly #state: () => ViewState;
  readonly #listening: Disposable;
  #timer: NodeJS.Timeout | undefined;
  #text = '';

  /** `out` is the folder of the bundled page; `state` gives what to show when the page has loaded, or loads again. */
  constructor(webview: Webview, out: Uri, state: () => ViewState, heard: (message: FromView) => void) {
    this.#webview = webview;
    this.#state = state;
    webview.options = { enableScripts: true, localResourceRoots: [out] };
    const at = (name: string): string => webview.asWebviewUri(Uri.joinPath(out, name)).toString();
    this.#listening = webview.onDidReceiveMessage((message: unknown) => {
      const known = fromView(message);
      if (known?.type === 'ready') this.show();
      else if (known?.type === 'copy') void env.clipboard.writeText(known.text);
      else if (known !== undefined) heard(known);
    });
    webview.html = page({
      script: at('webview.js'),
      style: at('webview.css'),
      source: webview.cspSource,
      nonce: crypto.randomUUID(),
    });
  }

  show(): void {
    this.#forgetGrowth();
    this.#post({ type: 'state', state: this.#state() });
  }

  grow(text: string): void {
    this.#text = text;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#post({ type: 'stream', text: this.#text });
    }, STREAM_INTERVAL_MS);
  }

  dispose(): void {
    this.#forgetGrowth();
    this.#listening.dispose();
  }

  #forgetGrowth(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A page that is hidden hears nothing, and asks for the state when it is back. */
  #post(message: ToView): void {
    void this.#webview.postMessage(message);
  }
}

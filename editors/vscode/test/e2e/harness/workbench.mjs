// VS Code's window, as a user has it: keys, mouse and what is on the screen.
import { until } from './until.mjs';

const NO_BREAK_SPACE = /\u00a0/g; // the editor draws spaces so
const KEY_DELAY_MS = 15;

export class Workbench {
  constructor(page, sandbox) {
    this.page = page;
    this.sandbox = sandbox;
  }

  static async open(page, url, sandbox) {
    page.setDefaultTimeout(30_000);
    await page.goto(`${url}/?${new URLSearchParams({ folder: sandbox.workspace })}`, { waitUntil: 'domcontentloaded' });
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    return new Workbench(page, sandbox);
  }

  // --- our status bar item ---

  get statusItem() {
    return this.page.locator('.statusbar-item[id$="autocrea.status"]');
  }

  /** "JoxCoder: ready. Because…", or undefined before there is one. */
  async status() {
    const button = this.statusItem.locator('a').first();
    return (await button.getAttribute('aria-label', { timeout: 1000 })) ?? undefined;
  }

  async untilStatus(word, timeoutMs) {
    return until(`status "${word}"`, async () => {
      const status = await this.status();
      if (!status?.startsWith(`JoxCoder: ${word}.`)) throw new Error(status ?? 'no status item');
      return status;
    }, timeoutMs);
  }

  /** Until the server has gone away and come back. */
  async untilRestarted() {
    await until('the status to go down', async () => !(await this.status()).startsWith('JoxCoder: ready.'));
    await this.untilStatus('ready');
  }

  // --- quick input ---

  get quickInput() {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Runs a command of the palette by its title, insisting that it is the one chosen. */
  async command(title) {
    await this.page.keyboard.press('F1');
    await this.choose(`>${title}`, title);
  }

  async choose(text, row) {
    const input = this.quickInput.locator('input[type=text]').first();
    await input.waitFor();
    await input.fill(text);
    await this.quickInput.locator('.monaco-list-row.focused', { hasText: row }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  // --- editors ---

  async openFile(name) {
    await this.page.keyboard.press('Control+P');
    await this.choose(name, name);
    await this.editor(name).locator('.view-line').first().waitFor();
    await this.focus(name);
  }

  /** The file's editor; the first one where a view beside it had the file opened once more. */
  editor(name) {
    return this.page.locator(`.editor-instance .monaco-editor[data-uri$="/${name}"]`).first();
  }

  async focus(name) {
    await this.editor(name).locator('.view-lines').click({ position: { x: 5, y: 5 } });
    await this.page.locator(`.monaco-editor[data-uri$="/${name}"].focused`).waitFor();
  }

  async type(text, delayMs = KEY_DELAY_MS) {
    await this.page.keyboard.type(text, { delay: delayMs });
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** The ghost text on the screen, "" when there is none. */
  async ghost(name) {
    const parts = await this.editor(name).evaluate((editor) => [
      [...editor.querySelectorAll('.view-line .ghost-text-decoration, .view-line .ghost-text-decoration-preview')]
        .map((part) => part.textContent)
        .join(''),
      ...[...editor.querySelectorAll('.suggest-preview-text .view-line')].map((line) => line.textContent),
    ]);
    return parts.join('\n').replace(NO_BREAK_SPACE, ' ');
  }

  async untilGhost(name, expected, timeoutMs) {
    await until(`ghost text ${JSON.stringify(expected)}`, async () => {
      const ghost = await this.ghost(name);
      if (ghost !== expected) throw new Error(JSON.stringify(ghost));
      return true;
    }, timeoutMs);
  }

  /** Saves, and gives what is on the disk then. */
  async save(name) {
    await this.page.keyboard.press('Control+S');
    await this.page.locator(`.tab[data-resource-name="${name}"]:not(.dirty)`).waitFor();
    return this.sandbox.read(name);
  }

  /** What the editor shows, as far as it is on the screen. */
  async text(editor) {
    const lines = await editor.locator('.view-lines > .view-line').evaluateAll((found) =>
      found.map((line) => [Number.parseInt(line.style.top, 10), line.textContent]).sort((a, b) => a[0] - b[0]),
    );
    return lines.map(([, text]) => text.replace(NO_BREAK_SPACE, ' ')).join('\n');
  }

  async untilText(editor, expected, timeoutMs) {
    await until(`the text ${JSON.stringify(expected)}`, async () => {
      const text = await this.text(editor);
      if (text !== expected) throw new Error(JSON.stringify(text));
      return true;
    }, timeoutMs);
  }

  /** Puts the cursor there, counting from 1. */
  async goTo(line, column = 1) {
    await this.press('Control+G');
    await this.choose(`:${line}:${column}`, '');
  }

  /** Answers an input box. */
  async answer(title, text) {
    await this.quickInput.filter({ hasText: title }).waitFor();
    await this.quickInput.locator('input[type=text]').first().fill(text);
    await this.press('Enter');
  }

  // --- code actions ---

  get actions() {
    return this.page.locator('.action-widget .monaco-list-row.action');
  }

  async pickAction(title) {
    await this.actions.filter({ hasText: title }).first().click();
  }

  // --- proposals ---

  /** The right side of a diff editor that shows a proposal. */
  proposal(name) {
    return this.page.locator(`.monaco-diff-editor .editor.modified .monaco-editor[data-uri^="autocrea-proposal:"][data-uri*="${name}"]`);
  }

  lens(editor, title) {
    return editor.locator('.codelens-decoration a', { hasText: title });
  }

  // --- web views ---

  /** The page of the chat. */
  get chat() {
    return this.#webview('[src*="purpose=webviewView"]');
  }

  /** The page of the explanation panel. */
  get explanation() {
    return this.#webview(':not([src*="purpose=webviewView"])');
  }

  #webview(which) {
    return this.page.frameLocator(`iframe.webview.ready[src*="autocrea"]${which}`).frameLocator('#active-frame');
  }

  // --- messages ---

  /** The texts of the notifications on the screen. */
  async toasts() {
    return this.page.locator('.notifications-toasts .notification-toast').allInnerTexts();
  }

  /** Until all notifications have gone by themselves, as those of progress do a moment after the end. */
  async untilQuiet() {
    await until('no notifications', async () => {
      const toasts = await this.toasts();
      if (toasts.length > 0) throw new Error(toasts.join(' | '));
      return true;
    });
  }

  async clearToasts() {
    await this.command('Notifications: Clear All Notifications');
    await until('no notifications', async () => (await this.toasts()).length === 0);
  }

  async output() {
    return (await this.page.locator('.output-view .view-lines').innerText()).replace(NO_BREAK_SPACE, ' ');
  }
}

// The Messages API on loopback (tests/emulators/messages.py), as a process of its own.
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';

import { PYTHON, ROOT } from './paths.mjs';

const SCRIPT = path.join(ROOT, 'tests/emulators/messages.py');

/** The key that the emulator accepts; no file of a sandbox may ever hold it. */
export const KEY = 'sk-ant-canary-4711';

export class Emulator {
  constructor(child, url) {
    this.child = child;
    this.url = url;
  }

  static async start() {
    const child = spawn(PYTHON, [SCRIPT, '--port', '0', '--key', KEY], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = readline.createInterface({ input: child.stdout });
    const url = await new Promise((resolve, reject) => {
      lines.once('line', (line) => resolve(line.trim()));
      child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}`)));
    });
    return new Emulator(child, url);
  }

  /** Every fault it can play, by name: `{harmless}` says whether a good client still shows the answer. */
  static faults() {
    const script = 'import json; from tests.emulators.messages_faults import SPECS; print(json.dumps({f.value: {"harmless": s.harmless} for f, s in SPECS.items()}))';
    return Object.entries(JSON.parse(execFileSync(PYTHON, ['-c', script], { cwd: ROOT, encoding: 'utf8' })));
  }

  /** From now on every answer is this. */
  answer(text) {
    return this.#control('rules', { rules: [], default: { answer: text } });
  }

  /** From now on: the first rule whose `match` stands in a request decides (fields as in the emulator's `Rule`). */
  script(...rules) {
    return this.#control('rules', { rules });
  }

  /** From now on every request fails so; null: none does. */
  fault(name) {
    return this.#control('fault', { fault: name });
  }

  /** The requests for messages so far, oldest first. */
  async requests() {
    const { requests } = await this.#control('requests');
    return requests.filter((request) => request.path === '/v1/messages');
  }

  async stop() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await gone;
  }

  async #control(command, body = {}) {
    const response = await fetch(`${this.url}/_emulator/${command}`, { method: 'POST', body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`the emulator: ${JSON.stringify(answer)}`);
    return answer;
  }
}

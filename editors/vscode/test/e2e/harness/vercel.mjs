// Vercel on loopback (tests/emulators/vercel.py), as a process of its own.
import { spawn } from 'node:child_process';
import readline from 'node:readline';

import { PYTHON, ROOT } from './paths.mjs';
import { until } from './until.mjs';

export class Vercel {
  constructor(child, { url, token }) {
    this.child = child;
    this.url = url;
    this.token = token;
  }

  /** `speed`: its seconds in one of ours. `module`: another host's emulator, which is commanded alike. */
  static async start(speed = 4, module = 'tests.emulators.vercel') {
    const args = ['-m', module, '--speed', String(speed)];
    const child = spawn(PYTHON, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = readline.createInterface({ input: child.stdout });
    const told = await new Promise((resolve, reject) => {
      lines.once('line', (line) => resolve(JSON.parse(line)));
      child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}`)));
    });
    return new Vercel(child, told);
  }

  /** How the next deployments go: the fields of the emulator's `Plan`. */
  plan(fields) {
    return this.#control('plan', fields);
  }

  /** Everything that it knows; deployments the newest first. */
  async state() {
    return (await fetch(`${this.url}/__emulator__/state`)).json();
  }

  /** Until its newest deployment is in that state; the deployment. */
  async untilNewest(state) {
    return until(`a deployment ${state} at the host`, async () => {
      const [newest] = (await this.state()).deployments;
      if (newest?.state !== state) throw new Error(newest?.state ?? 'none');
      return newest;
    });
  }

  async stop() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await gone;
  }

  async #control(command, body) {
    const response = await fetch(`${this.url}/__emulator__/${command}`, { method: 'POST', body: JSON.stringify(body) });
    const answer = await response.json();
    if (answer.error !== undefined) throw new Error(`the emulator: ${answer.error}`);
    return answer;
  }
}

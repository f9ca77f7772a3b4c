// One suite: one sandbox, one code-server, one browser window; each scenario a test in that window.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { startCodeServer } from './codeServer.mjs';
import { Emulator } from './emulator.mjs';
import { CHROMIUM, OUT, playwright } from './paths.mjs';
import { createSandbox } from './sandbox.mjs';
import { Workbench } from './workbench.mjs';

const READY_TIMEOUT_MS = 60_000; // the first window of a cold server on a busy machine: 27 s measured
const SCENARIO_TIMEOUT_MS = 120_000;

/** Files of an extension for its web views have such an address; a worker of the page answers, and no socket is opened. */
const VIRTUAL = /\.vscode-resource\.vscode-cdn\.net$/;

const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', // only this machine exists
];

/**
 * `options` are the sandbox's, plus `emulator: true` for a Messages API of our own, `env(emulator)`, `trust: true` to
 * leave workspace trust on, and `ready`: the status to wait for before the first scenario.
 * Returns an object that is filled before the first scenario: `{wb, sandbox, emulator, scenario}`.
 */
export function suite(name, { emulator = false, env = () => ({}), trust = false, ready = 'ready', ...options }) {
  const bench = { scenario: (title, run) => scenario(bench, name, title, run) };
  const cleanUp = [];
  const outside = [];

  before(async () => {
    bench.emulator = emulator ? await Emulator.start() : undefined;
    cleanUp.push(() => bench.emulator?.stop());
    bench.sandbox = createSandbox({ ...options, env: env(bench.emulator) });
    cleanUp.push(() => process.env.KEEP ?? bench.sandbox.remove());
    const server = await startCodeServer(bench.sandbox, { trust });
    cleanUp.push(() => server.stop());
    const browser = await playwright().chromium.launch({ executablePath: CHROMIUM, headless: true, args: BROWSER_FLAGS });
    cleanUp.push(() => browser.close());
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
    const page = await context.newPage();
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (/^(https?|wss?):/.test(protocol) && host !== new URL(server.url).host && !VIRTUAL.test(host)) outside.push(request.url());
    });
    try {
      bench.wb = await Workbench.open(page, server.url, bench.sandbox);
      await bench.wb.openFile(Object.keys(options.files)[0]); // the server starts with the first document
      await bench.wb.untilStatus(ready, READY_TIMEOUT_MS);
    } catch (error) {
      await keepEvidence(bench, name, 'start', page);
      throw error;
    }
  });

  after(async () => {
    for (const undo of cleanUp.reverse()) await undo();
    assert.deepEqual(outside, [], 'the window asked for something outside this machine');
  });
  return bench;
}

function scenario(bench, suiteName, title, run) {
  test(`${suiteName}: ${title}`, { timeout: SCENARIO_TIMEOUT_MS }, async () => {
    try {
      await run(bench);
    } catch (error) {
      await keepEvidence(bench, suiteName, title, bench.wb?.page);
      throw error;
    }
  });
}

/** A screenshot and the logs of a failure, under .vscode-e2e/out. */
async function keepEvidence(bench, suiteName, title, page) {
  const folder = path.join(OUT, suiteName, title.replace(/[^\w]+/g, '-'));
  fs.mkdirSync(folder, { recursive: true });
  await page?.screenshot({ path: path.join(folder, 'screen.png') }).catch(() => undefined);
  for (const [from, to] of [
    [bench.sandbox?.serverLog, 'code-server.log'],
    [bench.sandbox && path.join(bench.sandbox.data, 'logs'), 'vscode-logs'],
    [bench.sandbox?.autocrea, 'autocrea'],
  ]) {
    if (from && fs.existsSync(from)) fs.cpSync(from, path.join(folder, to), { recursive: true });
  }
  console.log(`evidence: ${path.relative(process.cwd(), folder)}`);
}

// A user without a key, in a workspace that is not trusted: the key comes from secret storage, the workspace decides nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { after } from 'node:test';
import { promisify } from 'node:util';

import { KEY } from '../harness/emulator.mjs';
import { commandLine, processesOf } from '../harness/processes.mjs';
import { filesHolding } from '../harness/sandbox.mjs';
import { suite } from '../harness/suite.mjs';
import { until } from '../harness/until.mjs';

const FILE = 'main.py';
const ANSWER = `answer_${randomBytes(3).toString('hex')}(items)`;

/** A package index that takes a call and never answers: an installation that can only be cancelled. */
const silence = net.createServer((socket) => socket.resume().on('error', () => undefined)); // read on, or its end is not seen
await new Promise((resolve) => silence.listen(0, '127.0.0.1', resolve));
after(() => silence.close());

const callers = promisify(silence.getConnections.bind(silence));

const { scenario } = suite('key', {
  emulator: true,
  trust: true,
  env: (emulator) => ({ ANTHROPIC_BASE_URL: emulator.url, PIP_INDEX_URL: `http://127.0.0.1:${silence.address().port}/simple` }),
  files: {
    [FILE]: '# Sums.\n',
    '.vscode/settings.json': JSON.stringify({
      'autocrea.inline.enable': false,
      'autocrea.backend': 'none',
      'autocrea.server.path': '/nowhere/of-the-workspace',
      'autocrea.python.interpreter': '/nowhere/of-the-workspace',
    }),
  },
  ready: 'no key',
});

scenario('settings of an untrusted workspace do not count', async ({ wb, emulator }) => {
  await emulator.answer(ANSWER);
  // Its settings would have switched suggestions off and run another server; the one on PATH says that a key is missing.
  assert.match(await wb.status(), /key/);
  assert.deepEqual(await wb.toasts(), []);
});

scenario('installing the model shows progress, and Cancel ends it', async ({ wb }) => {
  await wb.command('AUTOCREA: Install Embedded Model');
  const toast = wb.page.locator('.notifications-toasts .notification-toast', { hasText: 'AUTOCREA: embedded model' });
  await toast.waitFor();
  await until('the call to the package index', async () => (await callers()) > 0);
  await toast.getByRole('button', { name: 'Cancel' }).click();
  await until('the installer to hang up', async () => (await callers()) === 0);
  await until('the end', async () => (await wb.toasts()).length === 0);
  await wb.untilStatus('no key');
});

scenario('a key that is set reaches the server, and no file or command line', async ({ wb, emulator, sandbox }) => {
  await wb.command('AUTOCREA: Set API Key');
  const input = wb.quickInput.locator('input[type=password]');
  await input.fill(KEY);
  await wb.press('Enter');
  await wb.untilStatus('ready');
  await wb.focus(FILE);
  await wb.press('Control+End');
  await wb.type('total = ');
  await wb.untilGhost(FILE, ANSWER);
  await wb.press('Escape');
  assert.ok((await emulator.requests()).length >= 1);
  for (const pid of processesOf(sandbox)) assert.ok(!commandLine(pid).join(' ').includes(KEY));
  assert.deepEqual(filesHolding(sandbox, KEY), []);
});

scenario('the key is still there after a restart of the server', async ({ wb }) => {
  await wb.command('AUTOCREA: Restart Server');
  await wb.untilRestarted();
});

scenario('a key that is cleared is gone', async ({ wb }) => {
  await wb.command('AUTOCREA: Clear API Key');
  await wb.untilStatus('no key');
});

scenario('once trusted, the settings of the workspace count', async ({ wb }) => {
  await wb.command('Workspaces: Manage Workspace Trust');
  await wb.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
  await wb.page.getByText('You trust this folder').waitFor();
  await wb.page.locator('.modal-editor-action-container .codicon-close').first().click();
  await wb.page.getByText('You trust this folder').waitFor({ state: 'hidden' });
  await wb.openFile(FILE);
  await wb.untilStatus('off');
  assert.deepEqual(await wb.toasts(), []);
});

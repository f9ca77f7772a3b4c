// A user with a key in the environment: suggestions, switches, restarts and logs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

import { KEY } from '../harness/emulator.mjs';
import { SERVER } from '../harness/paths.mjs';
import { processesOf } from '../harness/processes.mjs';
import { filesHolding } from '../harness/sandbox.mjs';
import { suite } from '../harness/suite.mjs';
import { until } from '../harness/until.mjs';

const FILE = 'main.py';
const ANSWER = `answer_${randomBytes(3).toString('hex')}(items)`; // new each time: nothing can be canned
const MAX_CALLS = 30; // for 100 keys
/** Nothing here measures time: a machine that does other work meanwhile may be slow. */
const SLOW_MACHINE_MS = 20_000;
const KEYS = 100;
const KEY_INTERVAL_MS = 100;

const { scenario } = suite('claude', {
  emulator: true,
  settings: { 'autocrea.claude.inlineTimeoutMs': SLOW_MACHINE_MS },
  env: (emulator) => ({ ANTHROPIC_BASE_URL: emulator.url, ANTHROPIC_API_KEY: KEY }),
  files: { [FILE]: '# Sums.\n', 'notes.txt': '' },
});

scenario('typing brings ghost text, Tab takes it, and the saved file holds it', async ({ wb, emulator, sandbox }) => {
  await emulator.answer(ANSWER);
  await wb.press('Control+End');
  await wb.type('total = ');
  await wb.untilGhost(FILE, ANSWER);
  await wb.press('Tab');
  await wb.untilGhost(FILE, '');
  assert.equal(await wb.save(FILE), `# Sums.\ntotal = ${ANSWER}`);
  assert.deepEqual(await wb.toasts(), []);

  const [request] = await emulator.requests();
  assert.match(JSON.stringify(request.body), /# Sums\./);
  const accepted = () => JSON.parse(execFileSync(SERVER, ['stats', '--json'], { env: sandbox.env, encoding: 'utf8' })).accepted;
  await until('the acceptance to be counted', () => accepted() === 1);
});

scenario('Escape leaves what was typed and nothing else', async ({ wb }) => {
  await newLine(wb, 'again = ');
  await wb.untilGhost(FILE, ANSWER);
  await wb.press('Escape');
  await wb.untilGhost(FILE, '');
  assert.ok((await wb.save(FILE)).endsWith('\nagain = '));
});

scenario('a suggestion comes when it is asked for', async ({ wb }) => {
  await wb.command('AUTOCREA: Trigger Suggestion');
  await wb.untilGhost(FILE, ANSWER);
  await wb.press('Escape');
});

scenario(`${KEYS} keys at ${KEY_INTERVAL_MS} ms make at most ${MAX_CALLS} calls`, async ({ wb, emulator }) => {
  const before = (await emulator.requests()).length;
  const text = 'alpha beta gamma delta '.repeat(5).slice(0, KEYS);
  await newLine(wb, '');
  await wb.type(text, KEY_INTERVAL_MS);
  await wb.untilGhost(FILE, ANSWER);
  const calls = (await emulator.requests()).length - before;
  assert.ok(calls >= 1 && calls <= MAX_CALLS, `${calls} calls`);
  console.log(`${KEYS} keys: ${calls} calls`);
  await wb.press('Escape');
  assert.ok((await wb.save(FILE)).endsWith(`\n${text}`));
});

scenario('switched off, nothing is suggested and nothing is sent; switched on, it is as before', async ({ wb, emulator }) => {
  await wb.command('AUTOCREA: Toggle Completions');
  await wb.untilStatus('off');
  await offMeansOff(wb, emulator);
  await wb.command('AUTOCREA: Toggle Completions');
  await wb.untilStatus('ready');
  await newLine(wb, 'on = ');
  await wb.untilGhost(FILE, ANSWER);
  await wb.press('Escape');
});

scenario('the status bar item offers to switch one language off', async ({ wb, emulator }) => {
  await wb.statusItem.click();
  await wb.choose('Turn off for python', 'Turn off for python');
  await wb.untilStatus('off');
  await offMeansOff(wb, emulator);
  await wb.openFile('notes.txt');
  await wb.untilStatus('ready');
  await wb.openFile(FILE);
  await wb.untilStatus('off');
  await wb.command('AUTOCREA: Toggle Completions for This Language');
  await wb.untilStatus('ready');
});

scenario('restarted, it is another process and works as before', async ({ wb, sandbox }) => {
  const [before] = processesOf(sandbox);
  await wb.command('AUTOCREA: Restart Server');
  await wb.untilRestarted();
  assert.equal(processesOf(sandbox).length, 1);
  assert.notEqual(processesOf(sandbox)[0], before);
  await newLine(wb, 'restarted = ');
  await wb.untilGhost(FILE, ANSWER);
  await wb.press('Escape');
});

scenario('a server that dies is started again, without a message', async ({ wb, sandbox }) => {
  const [before] = processesOf(sandbox);
  process.kill(before, 'SIGKILL');
  await wb.untilRestarted();
  await newLine(wb, 'revived = ');
  await wb.untilGhost(FILE, ANSWER);
  await wb.press('Escape');
  assert.deepEqual(await wb.toasts(), []);
});

scenario('both logs are shown, and neither holds the key', async ({ wb, sandbox }) => {
  await wb.command('AUTOCREA: Show Logs');
  await until('the log', async () => /Server \d+\.\d+\.\d+.*\(path\)/.test(await wb.output()));
  await wb.command('AUTOCREA: Show Server Log');
  await wb.editor('server.log').locator('.view-line').first().waitFor();
  await wb.command('AUTOCREA: Copy Debug Information');
  const information = await until('the clipboard', async () => {
    const text = await wb.page.evaluate(() => navigator.clipboard.readText());
    return text.startsWith('AUTOCREA') && text;
  });
  assert.match(information, /- Status: ready/);
  assert.ok(!information.includes(KEY));
  assert.deepEqual(filesHolding(sandbox, KEY), []);
  await wb.openFile(FILE);
});

scenario('a server that is not there is said once, and another can be chosen', async ({ wb, sandbox }) => {
  await wb.command('Notifications: Clear All Notifications');
  sandbox.configureMachine({ 'autocrea.server.path': '/nowhere/autocrea-lsp' });
  const restart = wb.page.locator('.notification-toast', { hasText: 'count after a restart' });
  await restart.getByRole('button', { name: 'Restart Server' }).click();
  await wb.untilStatus('not installed');
  const toast = wb.page.locator('.notification-toast', { hasText: 'the language server was not found' });
  for (const offer of ['Install with pip/uv…', 'Show Logs']) await toast.getByRole('button', { name: offer }).waitFor();
  await toast.getByRole('button', { name: 'Choose Server…' }).click();
  const input = wb.quickInput.locator('input[type=text]');
  await until('the dialog to be filled', async () => (await input.inputValue()).includes(sandbox.workspace));
  await input.fill(sandbox.program);
  await wb.quickInput.locator('.monaco-list-row', { hasText: 'autocrea-lsp' }).waitFor();
  await wb.quickInput.getByRole('button', { name: 'Use' }).click();
  await wb.untilStatus('ready');
  assert.equal(sandbox.machineSettings()['autocrea.server.path'], sandbox.program);
  assert.deepEqual(await wb.toasts(), []);
});

async function newLine(wb, text) {
  await wb.press('Control+End', 'Enter');
  await wb.type(text);
}

/** Typed text stays alone, although there is time enough for an answer: a command that follows has been carried out. */
async function offMeansOff(wb, emulator) {
  const before = (await emulator.requests()).length;
  await newLine(wb, 'off = ');
  await wb.command('AUTOCREA: Trigger Suggestion');
  await wb.save(FILE);
  assert.equal(await wb.ghost(FILE), '');
  assert.equal((await emulator.requests()).length, before);
}

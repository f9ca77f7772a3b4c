// Failed builds light up in real VS Code: the file and line, a fix on offer, and all dark again after a build that works.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';

import { edits } from '../harness/acting.mjs';
import { KEY } from '../harness/emulator.mjs';
import { EXTENSION, PYTHON, ROOT, SHOTS } from '../harness/paths.mjs';
import { suite } from '../harness/suite.mjs';
import { until } from '../harness/until.mjs';
import { Vercel } from '../harness/vercel.mjs';

const { languages, hosts, working } = JSON.parse(
  execFileSync(PYTHON, ['-m', 'tests.e2e.failing_builds'], { cwd: ROOT, encoding: 'utf8' }),
);
const SOURCE = 'autocrea deploy';
const remote = Object.entries(hosts).filter(([, host]) => host.module !== '');

for (const [, host] of remote) {
  host.emulator = await Vercel.start(4, host.module);
  after(() => host.emulator.stop());
}

const { scenario } = suite('problems', {
  emulator: true,
  ready: 'off',
  env: (emulator) => ({
    ANTHROPIC_BASE_URL: emulator.url,
    ANTHROPIC_API_KEY: KEY,
    AUTOCREA_CHECKERS: path.join(EXTENSION, 'node_modules'),
    ...Object.fromEntries(remote.map(([, { token, emulator: { token: value } }]) => [token, value])),
  }),
  settings: { 'autocrea.inline.enable': false, 'typescript.validate.enable': false },
  machineSettings: {
    'autocrea.limits.deploysPerHour': 1000,
    ...Object.fromEntries(remote.map(([name, { base, emulator: { url } }]) => [`autocrea.deploy.${name}.apiUrl`, url + base])),
  },
  files: { 'index.html': '<h1>shop</h1>\n' },
});

const toast = (wb, text) => wb.page.locator('.notifications-toasts .notification-toast', { hasText: text }).first();
/** Our rows of the problems view. */
const rows = (wb) => wb.page.locator('.markers-panel .monaco-list-row', { hasText: SOURCE });

function plant(sandbox, files) {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(sandbox.workspace, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}

/**
 * Deploys to that host, agreeing to production, until it is in that state. The status bar says so: of messages that come
 * quickly after one another VS Code shows three, and the end of a build that fails at once may be the fourth.
 */
async function deploy(wb, name, state) {
  await wb.command(name === 'preview' ? 'AUTOCREA: Deploy Preview' : 'AUTOCREA: Deploy to Production…');
  const end = wb.page.locator('.statusbar-item[id$="autocrea.deploy"]', { hasText: `${name} ${state}` });
  if (name !== 'preview') {
    await wb.quickInput.locator('.monaco-list-row', { hasText: hosts[name].title }).first().click();
    const question = toast(wb, `Deploy to production at ${hosts[name].title}?`);
    await question.getByRole('button', { name: 'Deploy', exact: true }).click();
  }
  await end.waitFor();
  await wb.clearToasts();
}

async function fails(wb, sandbox, name, language) {
  plant(sandbox, languages[language].files);
  const plan = hosts[name].fails[language];
  if (plan !== null) await hosts[name].emulator.plan(plan);
  await deploy(wb, name, 'failed');
}

async function works(wb, sandbox, name) {
  plant(sandbox, working.files);
  await hosts[name].emulator?.plan(hosts[name].works);
  await deploy(wb, name, 'success');
}

async function shot(wb, name) {
  fs.mkdirSync(SHOTS, { recursive: true });
  await wb.page.screenshot({ path: path.join(SHOTS, `problems-${name}.png`) });
}

async function listed(wb) {
  await wb.command('Problems: Focus on Problems View');
  await rows(wb).first().waitFor();
}

/** The file of the problem, from the view: the cursor is at the problem then. */
async function opened(wb, name) {
  await listed(wb);
  await rows(wb).first().dblclick();
  await wb.editor(name).locator('.squiggly-error').first().waitFor();
  await wb.page.locator(`.monaco-editor.focused[data-uri$="/${name}"]`).first().waitFor();
}

/** The menu of code actions has our fix. */
async function offered(wb, title) {
  await until(`“${title}” to be offered`, async () => {
    await wb.press('Escape'); // a menu that comes late would take the same key for a yes
    await wb.press('Control+.');
    await wb.actions.first().waitFor({ timeout: 10_000 });
    const found = await wb.actions.allInnerTexts();
    if (found.some((text) => text.includes(title))) return true;
    await wb.press('Escape');
    throw new Error(found.join(' | '));
  });
}

// First: once the folder is linked to a host, a preview goes there.
scenario('its fix is applied, checked, and the problem is gone', async ({ wb, sandbox, emulator }) => {
  const { path: file, wrong, right, message } = languages.typescript;
  await fails(wb, sandbox, 'preview', 'typescript');
  await opened(wb, file);
  await emulator.script({ match: 'is not assignable', raw: true, answer: edits(file, [[wrong, right]]) });
  await offered(wb, `JoxCoder: fix “${message.slice(0, 20)}`);
  const note = wb.page.locator('.statusbar-item', { hasText: 'JoxCoder: fixed' }).waitFor();
  await Promise.all([note, wb.pickAction(`JoxCoder: fix “${message.slice(0, 20)}`)]);
  await wb.untilText(wb.editor(file), languages.typescript.files[file].replace(wrong, right));
  await until('the problem to go', async () => (await rows(wb).count()) === 0);
  assert.equal((await wb.toasts()).filter((text) => text.includes('still reported')).length, 0);
  await shot(wb, 'fixed');
  await wb.command('File: Revert File');
  await wb.press('Control+F4');
  await works(wb, sandbox, 'preview');
});

for (const name of Object.keys(hosts)) {
  for (const [language, failing] of Object.entries(languages)) {
    scenario(`a failing ${language} build at ${name} lights up, and a fixed one is dark`, async ({ wb, sandbox }) => {
      await fails(wb, sandbox, name, language);
      await listed(wb);
      const [text] = await rows(wb).allInnerTexts();
      assert.equal(await rows(wb).count(), 1);
      assert.ok(text.includes(failing.message), text);
      assert.ok(text.includes(`Ln ${failing.line + 1}, Col ${failing.column + 1}`), text);
      await opened(wb, failing.path);
      await offered(wb, `JoxCoder: fix “${failing.message.slice(0, 20)}`);
      await shot(wb, `${language}-${name}`);
      await wb.press('Escape', 'Control+F4');
      await works(wb, sandbox, name);
      await until('the problem to go', async () => (await rows(wb).count()) === 0);
    });
  }
}

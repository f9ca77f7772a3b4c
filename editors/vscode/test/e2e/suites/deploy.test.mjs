// A user deploys from the palette: to a preview on this machine, and to an emulated Vercel with a token in the environment.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';

import { SHOTS } from '../harness/paths.mjs';
import { filesHolding } from '../harness/sandbox.mjs';
import { suite } from '../harness/suite.mjs';
import { until } from '../harness/until.mjs';
import { Vercel } from '../harness/vercel.mjs';

const FILE = 'index.html';
const PAGE = '<h1>workspace</h1>\n';
const LIVE = 'https://workspace.vercel.app';
const ALWAYS = 'Deploy, and always for exactly this';

const host = await Vercel.start();
after(() => host.stop());

const { scenario } = suite('deploy', {
  env: () => ({ VERCEL_TOKEN: host.token }),
  machineSettings: { 'autocrea.backend': 'none', 'autocrea.deploy.vercel.apiUrl': host.url },
  files: { [FILE]: PAGE, 'app.js': 'run();\n', '.env': 'SECRET=1\n' },
  ready: 'off',
});

/**
 * Real seconds between two states of a build, in the emulator's. VS Code shows at most three messages in 800 ms and puts
 * a fourth into the notification centre at once; a question that is answered by a machine, a progress and an end may be.
 */
const STEP_S = 4;

const toast = (wb, text) => wb.page.locator('.notifications-toasts .notification-toast', { hasText: text });
const item = (wb) => wb.page.locator('.statusbar-item[id$="autocrea.deploy"]');

/** The message with that text, once it is there; that it is the only one. */
async function message(wb, text) {
  const found = toast(wb, text).first();
  await found.waitFor();
  await until(`"${text}" alone`, async () => (await wb.toasts()).length === 1);
  return found;
}

async function press(found, name) {
  await found.getByRole('button', { name, exact: true }).click();
}

async function shot(wb, name) {
  fs.mkdirSync(SHOTS, { recursive: true });
  await wb.page.screenshot({ path: path.join(SHOTS, `deploy-${name}.png`) });
}

/** Rows of the list that is shown, from the top. */
const rows = (wb) => wb.quickInput.locator('.monaco-list-row');

async function pickVercel(wb) {
  await wb.command('AUTOCREA: Deploy to Production…');
  await wb.choose('Vercel', 'Vercel');
}

/** Starts a deployment to production and gives that answer when asked. */
async function toProduction(wb, answer) {
  await pickVercel(wb);
  const question = toast(wb, 'Deploy to production at Vercel?').first();
  await question.waitFor();
  await press(question, answer);
}

scenario('a preview needs no account: it is built and served here', async ({ wb }) => {
  await wb.command('AUTOCREA: Deploy Preview');
  const end = await message(wb, 'deployed to preview: http://127.0.0.1:');
  const [url] = /http:\S+/.exec(await end.innerText());
  assert.equal(await (await fetch(url)).text(), PAGE);
  await item(wb).filter({ hasText: 'preview success' }).waitFor();
  await shot(wb, 'preview');
  assert.deepEqual((await host.state()).requests, []);
  await wb.clearToasts();
});

scenario('production is asked for, and a no sends nothing', async ({ wb }) => {
  await toProduction(wb, 'Do not deploy');
  await message(wb, 'You did not agree to it; nothing was sent.');
  const { deployments, projects, files } = await host.state();
  assert.deepEqual([deployments, projects, files], [[], [], []]);
  await wb.clearToasts();
});

scenario('a deployment shows how it goes, and Cancel cancels it at the host', async ({ wb }) => {
  await host.plan({ states: ['QUEUED', 'BUILDING', 'READY'], step_s: [2, 100_000] });
  await toProduction(wb, 'Deploy');
  await host.untilNewest('BUILDING');
  const progress = toast(wb, 'Deploying to vercel (production)').first();
  await progress.waitFor();
  await item(wb).filter({ hasText: 'vercel building' }).waitFor();
  await shot(wb, 'building');
  await press(progress, 'Cancel');
  await host.untilNewest('CANCELED');
  await message(wb, 'was canceled.');
  await item(wb).filter({ hasText: 'vercel canceled' }).waitFor();
  await wb.clearToasts();
});

scenario('a failed build is one message, and its log says why', async ({ wb }) => {
  await host.plan({
    states: ['QUEUED', 'BUILDING', 'ERROR'],
    step_s: STEP_S,
    error: ['BUILD_FAILED', 'Command "npm run build" exited with 1'],
    log: ['npm run build', "src/app.ts:3:7 - error TS2322: Type 'string' is not a 'number'."],
  });
  await toProduction(wb, 'Deploy');
  const end = await message(wb, 'was not deployed to vercel (production)');
  await shot(wb, 'failed');
  await press(end, 'Show Log');
  const log = wb.page.locator('.editor-instance .monaco-editor[data-uri^="autocrea-deploy:"]').first();
  await log.waitFor();
  await until('the compiler’s complaint in the log', async () => (await wb.text(log)).includes('TS2322'));
  await shot(wb, 'log');
  await wb.press('Control+F4');
});

scenario('a success is one message that opens the site', async ({ wb }) => {
  await host.plan({ step_s: STEP_S });
  await toProduction(wb, ALWAYS);
  const end = await message(wb, `workspace deployed to vercel (production): ${LIVE}`);
  await shot(wb, 'deployed');
  const opening = wb.page.context().waitForEvent('page');
  await press(end, 'Open');
  const dialog = wb.page.locator('.monaco-dialog-box', { hasText: 'external website' });
  await dialog.waitFor();
  assert.ok((await dialog.innerText()).includes('workspace.vercel.app'));
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  const site = await opening;
  await site.close();
  await item(wb).filter({ hasText: 'vercel success' }).waitFor();
  const state = await host.state();
  assert.equal(state.deployments[0].assigned, true);
  assert.deepEqual(state.deployments[0].files, ['app.js', 'index.html']); // and no .env
  assert.deepEqual(state.breaches, []);
  await wb.clearToasts();
});

scenario('the history lists them, and one can be gone back to', async ({ wb, sandbox }) => {
  fs.writeFileSync(path.join(sandbox.workspace, 'app.js'), 'runAgain();\n');
  await pickVercel(wb);
  await message(wb, `workspace deployed to vercel (production): ${LIVE}`); // nobody was asked: "always"
  await wb.clearToasts();
  const { live } = (await host.state()).projects[0];
  await wb.command('AUTOCREA: Deployments…');
  await wb.quickInput.locator('.monaco-list-row', { hasText: 'vercel (production) failed' }).first().waitFor();
  await shot(wb, 'history');
  await wb.press('Escape');
  await wb.command('AUTOCREA: Roll Back Deployment');
  const question = toast(wb, 'Roll back the production of workspace').first();
  await question.waitFor();
  await press(question, 'Roll back');
  await message(wb, 'Live is now');
  await shot(wb, 'rolled-back');
  const [project] = (await host.state()).projects;
  assert.notEqual(project.live, live);
  assert.equal(project.autoAssign, false);
  await wb.clearToasts();
});

scenario('the host of last time is offered first, until it is forgotten', async ({ wb }) => {
  await wb.command('AUTOCREA: Deploy…');
  const first = rows(wb).first();
  await first.filter({ hasText: 'chosen last time' }).waitFor();
  assert.match(await first.innerText(), /Vercel/);
  await shot(wb, 'hosts');
  await wb.choose('Forget', 'Forget the choice');
  await first.filter({ hasText: 'linked to this folder' }).waitFor(); // the list again
  assert.deepEqual(await rows(wb).filter({ hasText: /chosen last time|Forget/ }).count(), 0);
  assert.deepEqual(await rows(wb).filter({ hasText: /Netlify|Railway/ }).count(), 2);
  await wb.press('Escape');
});

scenario('a promotion is offered for the site of a host that can, and not for a preview', async ({ wb }) => {
  await wb.command('AUTOCREA: Deployments…');
  await rows(wb).filter({ hasText: 'preview success' }).first().click();
  await rows(wb).filter({ hasText: 'Roll Back to It' }).waitFor();
  assert.equal(await rows(wb).filter({ hasText: 'Promote' }).count(), 0);
  await wb.press('Escape');
  await wb.command('AUTOCREA: Deployments…');
  await rows(wb).filter({ hasText: 'vercel (production) success' }).first().click();
  await rows(wb).filter({ hasText: 'Promote to Production' }).waitFor();
  await wb.press('Escape');
});

scenario('the token was used, and stands in no file', async ({ sandbox }) => {
  assert.equal((await host.state()).saw_token, true);
  assert.deepEqual(filesHolding(sandbox, host.token), []);
});

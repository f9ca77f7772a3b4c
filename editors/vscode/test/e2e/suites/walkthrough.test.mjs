// The walkthrough: its steps are done when the thing is, not when the page was read.
import assert from 'node:assert/strict';

import { shot } from '../harness/acting.mjs';
import { suite } from '../harness/suite.mjs';
import { until } from '../harness/until.mjs';

const { scenario } = suite('walkthrough', { ready: 'no key', files: { 'plain.py': 'x = 1\n' } });

scenario('a step is done when its thing was, and the one that lacks a key is not', async ({ wb }) => {
  await wb.command('Welcome: Open Walkthrough...');
  await wb.choose('Start with AUTOCREA', 'Start with AUTOCREA');
  const page = wb.page.locator('.gettingStartedContainer');
  const steps = page.locator('.getting-started-step');
  await until('five steps', async () => (await steps.count()) === 5);
  const done = () => steps.evaluateAll((found) => found.map((step) => step.querySelector('.codicon-getting-started-step-checked.complete') !== null));
  assert.deepEqual(await done(), [false, false, false, false, false]);
  await page.getByRole('button', { name: 'Show Status' }).click();
  await wb.quickInput.waitFor();
  await wb.press('Escape', 'Control+B'); // without the side bar there is room for the page beside the steps
  await until('the first to be done', async () => (await done())[0]);
  await page.locator('iframe').first().waitFor();
  await shot(wb, '18-walkthrough');
  assert.deepEqual(await done(), [true, false, false, false, false]);
  await wb.command('AUTOCREA: Chat');
  await until('the last to be done', async () => (await done())[4]);
  assert.deepEqual(await done(), [true, false, false, false, true]);
});

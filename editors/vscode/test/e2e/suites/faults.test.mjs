// Every way in which the service can fail: nobody who types is disturbed, and it is over when it is over.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { Emulator, KEY } from '../harness/emulator.mjs';
import { suite } from '../harness/suite.mjs';
import { until } from '../harness/until.mjs';

const FILE = 'main.py';
const ANSWER = `answer_${randomBytes(3).toString('hex')}(items)`;
const RECOVERY_MS = 2000;

const { scenario } = suite('faults', {
  emulator: true,
  env: (emulator) => ({ ANTHROPIC_BASE_URL: emulator.url, ANTHROPIC_API_KEY: KEY }),
  settings: { 'autocrea.claude.inlineTimeoutMs': 1500 }, // or each stall would take four seconds to be noticed
  files: { [FILE]: '' },
});

let typed = '';

for (const [fault, { harmless }] of Emulator.faults()) {
  scenario(harmless ? `${fault} is taken in stride` : `${fault} disturbs nobody and is over at once`, async ({ wb, emulator }) => {
    await emulator.answer(ANSWER);
    await emulator.fault(fault);
    await type(wb, `${typed === '' ? '' : '\n'}${fault.replaceAll('-', '_')} = `);
    if (harmless) await wb.untilGhost(FILE, ANSWER);
    else {
      await until('the status to go down', async () => !/^JoxCoder: (ready|thinking)\./.test(await wb.status()));
      assert.equal(await wb.ghost(FILE), '');
    }
    assert.deepEqual(await wb.toasts(), []);

    await emulator.fault(null);
    const over = Date.now();
    if (!harmless) await type(wb, 'x');
    await wb.untilGhost(FILE, ANSWER, RECOVERY_MS - (Date.now() - over));
    await wb.untilStatus('ready', RECOVERY_MS);
    await wb.press('Escape');
    assert.equal(await wb.save(FILE), typed);
    assert.deepEqual(await wb.toasts(), []);
  });
}

async function type(wb, text) {
  typed += text;
  await wb.type(text);
}

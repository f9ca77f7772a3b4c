// A user without a key and without a network: the embedded model answers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { ROOT, SERVER } from '../harness/paths.mjs';
import { suite } from '../harness/suite.mjs';

const FILE = 'loader.py';
const TYPED = ['import json', '', '', 'def load(path):', '    with open(path) as f:', '        return json.'].join('\n');

/** Weights that somebody named, or those that the set-up installed into the repository's cache. */
function weights() {
  if (process.env.AUTOCREA_TEST_GGUF) return process.env.AUTOCREA_TEST_GGUF;
  const env = { ...process.env, AUTOCREA_HOME: path.join(ROOT, '.cache/weights') };
  return execFileSync(SERVER, ['model', 'path'], { env, encoding: 'utf8' }).trim();
}

const { scenario } = suite('embedded', {
  machineSettings: { 'autocrea.embedded.modelPath': weights() },
  files: { [FILE]: '' },
});

scenario('`return json.` becomes `return json.load(f)`', async ({ wb }) => {
  await wb.type(TYPED);
  await wb.untilGhost(FILE, 'load(f)');
  await wb.press('Tab');
  await wb.untilGhost(FILE, '');
  assert.equal(await wb.save(FILE), `${TYPED}load(f)`);
  assert.deepEqual(await wb.toasts(), []);
});

scenario('the status says that the embedded model answers', async ({ wb }) => {
  assert.match(await wb.untilStatus('ready'), /embedded/);
});

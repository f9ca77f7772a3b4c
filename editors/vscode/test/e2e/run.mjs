// Packages the extension and drives it in real VS Code:  node editors/vscode/test/e2e/run.mjs [SUITE...]
// Set up first with setup.sh. ONLY=WORDS runs scenarios with these words in their titles, KEEP=1 leaves the sandboxes in the temporary folder.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

import { installExtensions } from './harness/codeServer.mjs';
import { EXTENSION, LINTER, missing, NODE, OUT } from './harness/paths.mjs';
import { createSandbox } from './harness/sandbox.mjs';

const SUITES = fileURLToPath(new URL('suites/', import.meta.url));
const started = Date.now();
const step = (what) => console.log(`[e2e ${String(Math.round((Date.now() - started) / 1000)).padStart(3)}s] ${what}`);

const problem = missing();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
if (fs.realpathSync(NODE) !== fs.realpathSync(process.execPath)) {
  process.exit(spawnSync(NODE, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1);
}
const wanted = process.argv.slice(2);
const files = fs
  .readdirSync(SUITES)
  .filter((name) => name.endsWith('.test.mjs') && (wanted.length === 0 || wanted.includes(name.replace('.test.mjs', ''))))
  .map((name) => path.join(SUITES, name));
if (files.length === 0) {
  console.error(`no suite is called ${wanted.join(', ')}`);
  process.exit(1);
}

fs.rmSync(OUT, { recursive: true, force: true });
fs.mkdirSync(OUT, { recursive: true });
step('packaging the extension, and the one that reports problems');
const packages = [EXTENSION, LINTER].map((folder) => {
  const vsix = path.join(OUT, `${path.basename(folder)}.vsix`);
  const vsce = path.join(EXTENSION, 'node_modules/@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', ...(folder === LINTER ? ['--skip-license'] : [])];
  execFileSync(process.execPath, [vsce, 'package', ...options, '-o', vsix], { cwd: folder, stdio: 'pipe' });
  return vsix;
});
step('installing them into VS Code');
const sandbox = createSandbox({});
try {
  installExtensions(sandbox, packages);
} finally {
  sandbox.remove();
}

step(`driving ${files.length} suites`);
let passed = 0;
let failed = 0;
const only = process.env.ONLY ? { testNamePatterns: [new RegExp(process.env.ONLY)] } : {};
const tests = run({ files, concurrency: 1, ...only });
// A file without a test counts as nothing; one that fails outside of its tests (in a hook, while loading) has failed.
tests.on('test:pass', ({ nesting, name }) => (passed += Number(nesting === 0 && !name.endsWith('.mjs'))));
tests.on('test:fail', ({ nesting }) => (failed += Number(nesting === 0)));
tests.compose(spec).pipe(process.stdout);
tests.once('end', () => {
  step(failed === 0 ? 'done' : `evidence of the failures: ${path.relative(process.cwd(), OUT)}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
});

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { findServer, type Found, type Missing, type Places } from '../../src/discovery.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'autocrea-discovery-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** A program that answers --version; `marker` is created when it is run at all. */
function program(file: string, answer: string): string {
  const full = path.join(root, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\ntouch '${full}.ran'\n${answer}\n`);
  chmodSync(full, 0o755);
  return full;
}

const says = (version: string): string => `echo "autocrea-lsp ${version}"`;

function find(places: Partial<Places>): Promise<Found | Missing> {
  return findServer({
    configuredPath: '',
    interpreter: '',
    pythonExtension: () => Promise.resolve(undefined),
    trusted: true,
    folders: [],
    env: { PATH: '/usr/bin:/bin' },
    ...places,
  });
}

function found(answer: Found | Missing): Found {
  assert.ok('command' in answer, JSON.stringify(answer));
  return answer;
}

function missing(answer: Found | Missing): string {
  assert.ok('tried' in answer, JSON.stringify(answer));
  return answer.tried.join('\n');
}

const withPath = (...folders: string[]): NodeJS.ProcessEnv => ({
  PATH: [...folders.map((folder) => path.join(root, folder)), '/usr/bin', '/bin'].join(path.delimiter),
});

test('the setting comes before PATH', async () => {
  const configured = program('own/server', says('1.2.3'));
  program('bin/autocrea-lsp', says('0.1.0'));
  const answer = found(await find({ configuredPath: configured, env: withPath('bin') }));
  assert.deepEqual(answer, { source: 'setting', command: configured, args: [], version: '1.2.3' });
});

test('a setting that does not work is said, and nothing else is tried', async () => {
  const onPath = program('bin/autocrea-lsp', says('0.1.0'));
  const answer = await find({ configuredPath: path.join(root, 'nowhere'), env: withPath('bin') });
  assert.match(missing(answer), /nowhere: does not exist/);
  assert.ok(!missing(answer).includes(onPath));
});

test('PATH comes before an interpreter', async () => {
  const onPath = program('bin/autocrea-lsp', says('0.1.0'));
  const python = program('venv/bin/python', says('0.1.0'));
  const answer = found(await find({ interpreter: python, env: withPath('bin') }));
  assert.equal(answer.source, 'path');
  assert.equal(answer.command, onPath);
});

test('the interpreter setting comes before the Python extension', async () => {
  const mine = program('mine/python', says('0.1.0'));
  const theirs = program('theirs/python', says('0.1.0'));
  const pythonExtension = (): Promise<string> => Promise.resolve(theirs);
  assert.equal(found(await find({ interpreter: mine, pythonExtension })).source, 'interpreterSetting');
  const answer = found(await find({ pythonExtension }));
  assert.deepEqual([answer.source, answer.command], ['pythonExtension', theirs]);
});

test('an interpreter is told not to search the current folder for modules', async () => {
  const python = program('venv/bin/python', 'echo "$1 $2 $3 $4 0.9.1"');
  const answer = found(await find({ interpreter: python }));
  assert.deepEqual(answer.args, ['-P', '-m', 'autocrea_lsp']);
  assert.equal(answer.version, '0.9.1');
});

const BAD: [string, string, RegExp][] = [
  ['is too old', says('0.0.9'), /is version 0\.0\.9; 0\.1\.0 or newer is needed/],
  ['says nothing', 'true', /did not tell its version/],
  ['fails', 'echo "No module named autocrea_lsp" >&2; exit 1', /No module named autocrea_lsp/],
];
for (const [name, script, reason] of BAD) {
  test(`a program on PATH that ${name} is passed over, with the reason`, async () => {
    program('one/autocrea-lsp', script);
    const good = program('two/autocrea-lsp', says('0.1.0'));
    assert.match(missing(await find({ env: withPath('one') })), reason);
    assert.equal(found(await find({ env: withPath('one', 'two') })).command, good);
  });
}

test('relative entries of PATH are not searched', async () => {
  program('bin/autocrea-lsp', says('0.1.0'));
  const relative = path.relative(process.cwd(), path.join(root, 'bin'));
  assert.match(missing(await find({ env: { PATH: `${relative}:.` } })), /not on PATH/);
});

test('of an untrusted workspace nothing is run', async () => {
  const own = program('workspace/bin/autocrea-lsp', says('0.1.0'));
  const python = program('workspace/.venv/bin/python', says('0.1.0'));
  symlinkSync(path.join(root, 'workspace'), path.join(root, 'alias'));
  const untrusted = { trusted: false, folders: [path.join(root, 'workspace')] };

  const byPath = await find({ ...untrusted, env: withPath('workspace/bin', 'alias/bin') });
  const byPython = await find({ ...untrusted, pythonExtension: () => Promise.resolve(python) });
  for (const answer of [byPath, byPython]) assert.match(missing(answer), /lies in a workspace that is not trusted/);
  assert.ok(!existsSync(`${own}.ran`) && !existsSync(`${python}.ran`));

  assert.equal(found(await find({ ...untrusted, trusted: true, env: withPath('workspace/bin') })).command, own);
});

test('a link in an untrusted workspace to an interpreter outside is not run either', async () => {
  const outside = program('outside/python', says('0.1.0'));
  mkdirSync(path.join(root, 'workspace'));
  const link = path.join(root, 'workspace', 'python');
  symlinkSync(outside, link);
  const answer = await find({ trusted: false, folders: [path.join(root, 'workspace')], interpreter: link });
  assert.match(missing(answer), /not trusted/);
});

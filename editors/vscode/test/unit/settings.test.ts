import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { serverKeys, targetOf, userSettings, userValue, type Inspected } from '../../src/settings.ts';

const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

function inspecting(values: Record<string, Inspected>): (key: string) => Inspected | undefined {
  return (key) => values[key];
}

test('only what the user set is sent, nested by its groups', () => {
  const inspect = inspecting({
    'inline.enable': { globalValue: false },
    'inline.maxLines': { globalValue: 3 },
    'claude.model': { workspaceValue: 'm' },
    backend: {},
  });
  const keys = ['backend', 'inline.enable', 'inline.maxLines', 'inline.debounceMs', 'claude.model'];
  assert.deepEqual(userSettings(keys, inspect), { inline: { enable: false, maxLines: 3 }, claude: { model: 'm' } });
});

test('a default is never sent', () => {
  const withDefault = { defaultValue: true } as Inspected;
  assert.deepEqual(userSettings(['inline.enable'], inspecting({ 'inline.enable': withDefault })), {});
});

const PRECEDENCE: [string, Inspected, unknown][] = [
  ['global', { globalValue: 1 }, 1],
  ['workspace over global', { globalValue: 1, workspaceValue: 2 }, 2],
  ['folder over workspace', { globalValue: 1, workspaceValue: 2, workspaceFolderValue: 3 }, 3],
  ['language over folder', { workspaceFolderValue: 3, globalLanguageValue: 4 }, 4],
  ['workspace language over global language', { globalLanguageValue: 4, workspaceLanguageValue: 5 }, 5],
  ['folder language over all', { workspaceLanguageValue: 5, workspaceFolderLanguageValue: 6 }, 6],
  ['false is a value', { globalValue: true, workspaceValue: false }, false],
];
for (const [name, inspected, expected] of PRECEDENCE) {
  test(`precedence: ${name}`, () => {
    assert.equal(userValue(inspected), expected);
  });
}

test('a new value is written where one is already set', () => {
  assert.equal(targetOf(undefined), 'global');
  assert.equal(targetOf({ globalValue: true }), 'global');
  assert.equal(targetOf({ workspaceValue: true }), 'workspace');
  assert.equal(targetOf({ workspaceValue: true, workspaceFolderValue: true }), 'workspaceFolder');
});

test("the server's keys come from the manifest, without the extension's own", () => {
  const keys = serverKeys(manifest);
  assert.ok(keys.includes('inline.enable'));
  assert.ok(keys.includes('backend'));
  assert.deepEqual(keys.filter((key) => /^(server|python)\./.test(key)), []);
});

interface Manifest {
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: string[] } };
  readonly contributes: { readonly configuration: { readonly properties: Record<string, { readonly scope: string }> }[] };
}

test('no setting of an untrusted workspace counts', () => {
  const { capabilities, contributes } = manifest as Manifest;
  const all = contributes.configuration.flatMap((section) => Object.keys(section.properties));
  assert.deepEqual([...capabilities.untrustedWorkspaces.restrictedConfigurations].sort(), all.sort());
});

test('what says which program runs, or where code is sent, belongs to the machine', () => {
  const properties = Object.assign({}, ...(manifest as Manifest).contributes.configuration.map((s) => s.properties)) as Record<
    string,
    { scope: string }
  >;
  for (const key of ['server.path', 'server.args', 'claude.baseUrl', 'embedded.modelPath', 'backend']) {
    assert.equal(properties[`autocrea.${key}`]?.scope, 'machine', key);
  }
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Command, EditorCommand } from '../../src/wire.ts';

interface Item {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
}
interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly markdown: string };
  readonly completionEvents: string[];
}
interface Manifest {
  readonly contributes: {
    readonly commands: { readonly command: string; readonly category: string; readonly enablement?: string }[];
    readonly menus: Record<string, Item[]>;
    readonly keybindings: { readonly command: string; readonly key: string; readonly when?: string }[];
    readonly views: Record<string, { readonly id: string }[]>;
    readonly walkthroughs: { readonly steps: Step[] }[];
  };
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { commands, menus, keybindings, views, walkthroughs } = (JSON.parse(read('package.json')) as Manifest).contributes;
const ids = commands.map(({ command }) => command);
const hidden = (menus['commandPalette'] ?? []).filter(({ when }) => when === 'false').map(({ command }) => command);

/** The ids that some table of the source registers. VS Code is not there in these tests, so the text is looked at. */
function registered(): Set<string> {
  const files = ['src/commands.ts', 'src/acts.ts', 'src/proposal/commands.ts', 'src/deploy/commands.ts'];
  const keys = files.flatMap((file) => [...read(file).matchAll(/^ {2}(?:'(autocrea\.[\w.]+)'|\[EditorCommand\.(\w+)\]): /gm)]);
  return new Set(keys.map(([, literal, name]) => literal ?? EditorCommand[name as keyof typeof EditorCommand]));
}

test('every command of the manifest is registered, and the other way round', () => {
  assert.deepEqual([...registered()].sort(), [...ids].sort());
  assert.equal(new Set(ids).size, ids.length);
});

test('every command has the category, and the acts need a running server', () => {
  for (const { command, category, enablement } of commands) {
    assert.equal(category, 'AUTOCREA', command);
    if (/^autocrea\.(fix|fixAll|refactor|explain|generate|document|writeTests|chat|commitMessage|\w+Prompt|proposals)$/.test(command)) {
      assert.match(enablement ?? '', /autocrea\.ready/, command);
    }
  }
});

test("the editor's commands of the server's code actions are there; those that need a value are not in the palette", () => {
  for (const id of Object.values(EditorCommand)) assert.ok(ids.includes(id), id);
  assert.deepEqual(hidden.sort(), [EditorCommand.APPLIED, EditorCommand.REVIEW].sort());
});

test("no command of ours has the name of one of the server's, which the client registers", () => {
  for (const id of Object.values(Command)) assert.ok(!ids.includes(id), id);
});

test('menus name commands that are there', () => {
  for (const [menu, items] of Object.entries(menus)) {
    for (const { command } of items) if (command !== undefined) assert.ok(ids.includes(command), `${menu}: ${command}`);
  }
});

test('keys are bound only while a proposal is shown, and never Tab or Escape', () => {
  assert.ok(keybindings.length > 0);
  for (const { command, key, when } of keybindings) {
    assert.match(when ?? '', /autocrea\.hasProposal/, command);
    assert.doesNotMatch(key, /tab|escape/i, command);
  }
});

const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);

test('the walkthrough goes from the server to the chat', () => {
  assert.deepEqual(steps.map(({ id }) => id), ['server', 'key', 'suggestion', 'fix', 'chat']);
});

/** What the source sets; VS Code is not there to ask. */
const source = ['src/ctx.ts', 'src/proposal/view.ts'].map(read).join('\n');

for (const { id, description, media, completionEvents } of steps) {
  test(`the step "${id}" can be done, and is short`, () => {
    const buttons = [...description.matchAll(/\(command:([\w.]+)\)/g)].map(([, command]) => command);
    for (const command of buttons) assert.ok(ids.includes(String(command)), command);
    assert.ok(completionEvents.length > 0);
    for (const event of completionEvents) {
      const [kind, name = ''] = event.split(':');
      const known = {
        onContext: () => source.includes(`'setContext', '${name}'`),
        onCommand: () => ids.includes(name) || name.startsWith('editor.action.inlineSuggest.'),
        onView: () => Object.values(views).some((list) => list.some((view) => view.id === name)),
      }[kind ?? ''];
      assert.ok(known?.(), event);
    }
    assert.ok(description.length < 400, String(description.length));
    assert.ok(read(media.markdown).length < 400, media.markdown);
  });
}

test('what the walkthrough shows is packaged, and nothing beside it', () => {
  assert.deepEqual(readdirSync(new URL('../../media', import.meta.url)).sort(), steps.map(({ media }) => media.markdown.replace('media/', '')).sort());
  assert.match(read('.vscodeignore'), /^!media\/\*\.md$/m);
});

test('no source file is longer than 300 lines', () => {
  const files = readdirSync(new URL('../../src', import.meta.url), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => /\.(ts|css)$/.test(name) && name !== 'wire.ts')) {
    assert.ok(read(`src/${file}`).split('\n').length <= 300, file);
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { acts, render, type Situation, type ViewState } from '../../src/statusText.ts';
import { Command } from '../../src/wire.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  contributes: { commands: { command: string }[] };
};
const palette = manifest.contributes.commands.map(({ command }) => command);

const LOOKS: [ViewState, string, 'none' | 'warning' | 'error'][] = [
  ['ready', '$(sparkle) JoxCoder', 'none'],
  ['busy', '$(loading~spin) JoxCoder', 'none'],
  ['off', '$(circle-slash) JoxCoder', 'none'],
  ['noKey', '$(key) JoxCoder', 'warning'],
  ['overBudget', '$(watch) JoxCoder', 'warning'],
  ['backendDown', '$(debug-disconnect) JoxCoder', 'warning'],
  ['error', '$(error) JoxCoder', 'error'],
  ['starting', '$(loading~spin) JoxCoder', 'none'],
  ['stopped', '$(error) JoxCoder', 'error'],
  ['missing', '$(warning) JoxCoder', 'warning'],
];
for (const [state, text, severity] of LOOKS) {
  test(`the status bar in state ${state}`, () => {
    const rendered = render({ state, message: 'Why.' });
    assert.deepEqual([rendered.text, rendered.severity], [text, severity]);
    assert.match(rendered.label, /^JoxCoder: .+\. Why\.$/);
  });
}

test('the tooltip names who answers, where it is known', () => {
  const who = { backend: 'claude', model: 'm-1' };
  assert.match(render({ state: 'ready', message: 'Fine.', ...who }).tooltip, /Fine\.\n\nclaude, m-1$/);
  assert.match(render({ state: 'ready', message: 'Fine.', backend: null, model: null }).tooltip, /Fine\.$/);
});

function offered(state: ViewState, more: Partial<Situation> = {}, command: string | null = null): string[] {
  const situation = { view: { state, message: '', command }, enabled: true, language: undefined, ...more };
  return acts(situation).map((act) => act.command);
}

test('every act offered is a command of the palette', () => {
  for (const [state] of LOOKS) {
    for (const command of offered(state, { language: { id: 'python', enabled: true } })) {
      assert.ok(palette.includes(command), command);
    }
  }
});

test('what helps comes first', () => {
  assert.equal(offered('noKey')[0], 'autocrea.setApiKey');
  assert.equal(offered('stopped')[0], 'autocrea.restartServer');
  assert.equal(offered('noKey', {}, Command.MODEL_INSTALL)[0], 'autocrea.installModel');
  assert.equal(offered('ready')[0], 'autocrea.toggleCompletions');
});

test('without a server nothing is offered that needs one', () => {
  for (const state of ['missing', 'stopped', 'starting'] as const) {
    assert.ok(!offered(state).some((id) => id === 'autocrea.installModel' || id === 'autocrea.showServerLog'), state);
  }
  assert.ok(offered('noKey').includes('autocrea.installModel'));
});

test('the switches say what they will do', () => {
  const labels = (enabled: boolean, language: boolean): string[] =>
    acts({ view: { state: 'ready', message: '' }, enabled, language: { id: 'go', enabled: language } })
      .map((act) => act.label)
      .filter((label) => / (off|on)\b/.test(label));
  assert.deepEqual(labels(true, true), ['$(circle-slash) Turn suggestions off', '$(circle-slash) Turn off for go']);
  assert.deepEqual(labels(true, false), ['$(circle-slash) Turn suggestions off', '$(sparkle) Turn on for go']);
  assert.deepEqual(labels(false, true), ['$(sparkle) Turn suggestions on']);
});

// Edits that wait for the user, in real VS Code: the refactor preview of the light bulb, and proposals that come back.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { edits, offered, shot } from '../harness/acting.mjs';
import { KEY } from '../harness/emulator.mjs';
import { suite } from '../harness/suite.mjs';
import { until } from '../harness/until.mjs';

const AREA = 'def area(width, height):\n    return width * height\n';
const DOCUMENTED = AREA.replace(':\n', ':\n    """Width by height."""\n');
const TESTS = 'from area import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n';
const TWICE = 'def twice(value):\n    return 2 * value\n';
const ENDS = ['first = 1', ...Array.from({ length: 8 }, (_, index) => `line_${index} = ${index}`), 'last = 2', ''].join('\n');

const { scenario } = suite('proposals', {
  emulator: true,
  ready: 'off',
  settings: { 'autocrea.inline.enable': false },
  env: (emulator) => ({ ANTHROPIC_BASE_URL: emulator.url, ANTHROPIC_API_KEY: KEY }),
  files: { 'area.py': AREA, 'more.py': AREA, 'here.py': AREA, 'ends.py': ENDS, 'undo.py': ENDS },
});

scenario('documentation from the light bulb waits in the refactor preview, and is applied there', async ({ wb, emulator }) => {
  await emulator.script({ match: 'documentation comment', raw: true, answer: edits('area.py', [[AREA, DOCUMENTED]]) });
  await wb.openFile('area.py');
  await wb.goTo(1, 6);
  await offered(wb, 'JoxCoder: document');
  const preview = wb.page.locator('.bulk-edit-panel');
  await preview.waitFor();
  await shot(wb, '15-document-preview');
  assert.equal(await wb.text(wb.editor('area.py').first()), AREA);
  await applyPreview(wb);
  await wb.openFile('area.py');
  await wb.untilText(wb.editor('area.py'), DOCUMENTED);
});

scenario('tests from the light bulb are a new file, which the refactor preview makes', async ({ wb, emulator, sandbox }) => {
  await emulator.script({ match: 'unit tests', raw: true, answer: edits('tests/test_area.py', [['', TESTS]]) });
  await wb.openFile('more.py');
  await wb.goTo(1, 6);
  await offered(wb, 'JoxCoder: write tests');
  const preview = wb.page.locator('.bulk-edit-panel');
  await preview.waitFor();
  await preview.getByText('test_area.py').first().waitFor();
  await shot(wb, '16-tests-preview');
  assert.ok(!fs.existsSync(path.join(sandbox.workspace, 'tests')), 'something was written before it was applied');
  await applyPreview(wb);
  await until('the file', () => sandbox.read('tests/test_area.py') === TESTS); // VS Code saves what a refactoring changes
});

scenario('tests from the palette are a proposal, and on the disk once accepted', async ({ wb, emulator, sandbox }) => {
  await emulator.script({ match: 'unit tests', raw: true, answer: edits('tests/test_more.py', [['', TESTS]]) });
  await wb.openFile('more.py');
  await wb.command('AUTOCREA: Write Tests');
  const right = wb.proposal('test_more.py');
  await wb.lens(right, /^\s*Accept$/).waitFor();
  assert.equal(await wb.lens(right, 'Regenerate…').count(), 0);
  assert.ok(!fs.existsSync(path.join(sandbox.workspace, 'tests/test_more.py')));
  await wb.lens(right, /^\s*Accept$/).click();
  await right.waitFor({ state: 'detached' });
  await until('the file', () => sandbox.read('tests/test_more.py') === TESTS);
});

scenario('code is generated at the cursor', async ({ wb, emulator }) => {
  const answer = `<code>\n${TWICE}</code>\n<explanation>Doubles.</explanation>`;
  await emulator.script({ match: 'twice a value', raw: true, answer });
  await wb.openFile('here.py');
  await wb.goTo(3);
  await wb.command('AUTOCREA: Generate…');
  await wb.choose('At the cursor', 'At the cursor');
  await wb.answer('What should be generated?', 'a function that gives twice a value');
  const right = wb.proposal('here.py');
  await wb.lens(right, /^\s*Accept$/).waitFor();
  assert.equal(await wb.text(right), AREA + TWICE);
  await wb.lens(right, /^\s*Accept$/).click();
  await right.waitFor({ state: 'detached' });
  await wb.openFile('here.py');
  await wb.untilText(wb.editor('here.py'), AREA + TWICE);
});

scenario('a proposal that was closed is found again', async ({ wb, emulator }) => {
  await refactored(wb, emulator, 'ends.py', 'Find me again');
  const right = wb.proposal('ends.py');
  await wb.page.locator('.tab.active').getByRole('button', { name: /^Close/ }).click();
  await right.waitFor({ state: 'detached' });
  await wb.command('AUTOCREA: Show Proposals…');
  await wb.quickInput.getByText('2 changes in ends.py').waitFor();
  await shot(wb, '17-proposals');
  await wb.choose('Find me again', 'Find me again');
  await wb.lens(right, 'Accept change 1 of 2').waitFor();
  await wb.page.locator('.editor-actions').getByRole('button', { name: 'Reject All Changes' }).click();
  await right.waitFor({ state: 'detached' });
  await wb.command('AUTOCREA: Show Proposals…');
  await until('that none waits', async () => (await wb.toasts()).some((text) => text.includes('no proposal waits')));
  await wb.clearToasts();
});

scenario('a change that was accepted and undone waits again', async ({ wb, emulator }) => {
  await refactored(wb, emulator, 'undo.py', 'Undo me');
  const right = wb.proposal('undo.py');
  await wb.lens(right, 'Accept change 1 of 2').click();
  await wb.lens(right, /^\s*Accept$/).waitFor();
  await wb.page.locator('.tab', { hasText: /^undo\.py$/ }).click();
  await wb.focus('undo.py');
  await wb.untilText(wb.editor('undo.py'), ENDS.replace('first', 'head'));
  await wb.press('Control+Z');
  await wb.untilText(wb.editor('undo.py'), ENDS);
  await wb.command('AUTOCREA: Show Proposals…');
  await wb.choose('Undo me', '2 changes in undo.py');
  await wb.lens(right, 'Accept change 1 of 2').waitFor();
  await wb.page.locator('.editor-actions').getByRole('button', { name: 'Accept All Changes' }).click();
  await right.waitFor({ state: 'detached' });
  await wb.openFile('undo.py');
  await wb.untilText(wb.editor('undo.py'), ENDS.replace('first', 'head').replace('last', 'tail'));
});

/** Ticks all of what the refactor preview shows, which asks for that where no checker vouches, and applies it. */
async function applyPreview(wb) {
  const preview = wb.page.locator('.bulk-edit-panel');
  await preview.locator('.edit-checkbox').first().click(); // the file's, and so its changes'
  await wb.page.getByRole('button', { name: 'Apply', exact: true }).click();
  await preview.waitFor({ state: 'hidden' });
}

/** A refactoring of two changes is shown. */
async function refactored(wb, emulator, name, instruction) {
  await emulator.script({ match: instruction, raw: true, answer: edits(name, [['first = 1', 'head = 1'], ['last = 2', 'tail = 2']]) });
  await wb.openFile(name);
  await wb.press('Control+A');
  await wb.command('AUTOCREA: Refactor…');
  await wb.choose('Tell what to do', 'Tell what to do');
  await wb.answer('How should this code change?', instruction);
  await wb.lens(wb.proposal(name), 'Accept change 1 of 2').waitFor();
}

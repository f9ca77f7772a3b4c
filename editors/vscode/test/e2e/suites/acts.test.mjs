// JoxCoder acts: fix, refactor, explain, generate and chat, in real VS Code, with the real server and a scripted Claude.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { ask, edits, fixHere, isProgress, openBulb, shot, usage } from '../harness/acting.mjs';
import { KEY } from '../harness/emulator.mjs';
import { RUFF } from '../harness/paths.mjs';
import { suite } from '../harness/suite.mjs';
import { until } from '../harness/until.mjs';

const BROKEN = 'def greet(name):\n    return "Hello " + nmae\n';
const FIXED = BROKEN.replace('nmae', 'name');
const LONG = ['first = 1', ...Array.from({ length: 8 }, (_, index) => `line_${index} = ${index}`), 'last = 2', ''].join('\n');
const MANY = 'print(frist)\nx = 1\nprint(secnod)\n';
const COMPONENT = 'export function Login() {\n  return <form aria-label="login" />;\n}\n';

const { scenario } = suite('acts', {
  emulator: true,
  ready: 'off', // suggestions are, so that the emulator hears of acts alone
  settings: { 'autocrea.inline.enable': false, 'editor.lightbulb.enabled': 'on', 'git.enabled': true },
  git: true,
  env: (emulator) => ({ ANTHROPIC_BASE_URL: emulator.url, ANTHROPIC_API_KEY: KEY, E2E_RUFF: RUFF }),
  files: { 'greet.py': BROKEN, 'again.py': BROKEN, 'half.py': BROKEN, 'stubborn.py': BROKEN, 'long.py': LONG, 'tidy.py': LONG, 'redo.py': LONG, 'many.py': MANY },
});

scenario('the light bulb fixes a problem of another extension, and it is gone', async ({ wb, emulator }) => {
  await emulator.script({ match: 'nmae', raw: true, answer: edits('greet.py', [['    return "Hello " + nmae', '    return "Hello " + name']]) });
  const editor = wb.editor('greet.py');
  await editor.locator('.squiggly-error').first().waitFor();
  await openBulb(wb, editor, 2, 24, 'JoxCoder: fix “');
  await shot(wb, '1-light-bulb');
  // The note stays for four seconds: it is waited for while the rest is looked at, however slow that is.
  const note = wb.page.locator('.statusbar-item', { hasText: 'JoxCoder: fixed' }).waitFor();
  await Promise.all([note, wb.pickAction('JoxCoder: fix “').then(() => wb.untilText(editor, FIXED))]);
  await until('the problem to go', async () => (await editor.locator('.squiggly-error').count()) === 0);
  await shot(wb, '2-fixed');
  assert.equal(await wb.save('greet.py'), FIXED);
  await wb.untilQuiet();
  assert.equal((await emulator.requests()).length, 1);
});

scenario('all problems of a file are fixed by one question', async ({ wb, emulator }) => {
  await emulator.script({
    match: 'secnod',
    raw: true,
    answer: edits('many.py', [['print(frist)', 'print("first")'], ['print(secnod)', 'print("second")']]),
  });
  const before = (await emulator.requests()).length;
  await wb.openFile('many.py');
  const editor = wb.editor('many.py');
  await until('the problems', async () => (await editor.locator('.squiggly-error').count()) === 2);
  const note = wb.page.locator('.statusbar-item', { hasText: 'JoxCoder: fixed' }).waitFor();
  await Promise.all([note, wb.command('AUTOCREA: Fix All Problems in This File')]);
  await wb.untilText(editor, 'print("first")\nx = 1\nprint("second")\n');
  await wb.untilQuiet();
  assert.equal((await emulator.requests()).length, before + 1);
});

scenario('a fix after which the problem is still reported can be undone', async ({ wb, emulator }) => {
  await emulator.script({ match: 'nmae', raw: true, answer: edits('stubborn.py', [['    return "Hello " + nmae', '    return "Hello " + name']]) });
  await wb.openFile('stubborn.py');
  await fixHere(wb, 'stubborn.py');
  await wb.untilText(wb.editor('stubborn.py'), FIXED);
  const toast = wb.page.locator('.notification-toast', { hasText: 'the problem is still reported' });
  await toast.getByRole('button', { name: 'Undo' }).click();
  await wb.untilText(wb.editor('stubborn.py'), BROKEN);
  await wb.untilQuiet();
});

scenario('a fix that no checker agrees with waits in the refactor preview', async ({ wb, emulator, sandbox }) => {
  await emulator.script({ match: 'nmae', raw: true, answer: edits('half.py', [['    return "Hello " + nmae', '    return "Hello " + naem']]) });
  await wb.openFile('half.py');
  await fixHere(wb, 'half.py');
  const preview = wb.page.locator('.bulk-edit-panel');
  await preview.waitFor();
  await shot(wb, '3-refactor-preview');
  assert.equal(await wb.text(wb.editor('half.py').first()), BROKEN);
  await wb.page.getByRole('button', { name: 'Discard', exact: true }).click();
  await preview.waitFor({ state: 'hidden' });
  assert.equal(sandbox.read('half.py'), BROKEN);
  assert.equal(await wb.text(wb.editor('half.py').first()), BROKEN);
});

scenario('a fix that fails is told once and changes nothing', async ({ wb, emulator }) => {
  await wb.openFile('again.py');
  await emulator.fault('status-400');
  try {
    await fixHere(wb, 'again.py');
    await until('a message', async () => (await wb.toasts()).some((text) => text.includes('did not accept')) && !(await wb.toasts()).some(isProgress));
  } finally {
    await emulator.fault(null);
  }
  await shot(wb, '4-failed');
  assert.equal((await wb.toasts()).length, 1);
  assert.equal(await wb.text(wb.editor('again.py')), BROKEN);
  await wb.clearToasts();
});

scenario('a fix can be cancelled while it is made', async ({ wb, emulator }) => {
  await emulator.script({ match: 'nmae', raw: true, answer: edits('again.py', [['nmae', 'name']]), delay_ms_per_delta: 500 });
  const before = (await emulator.requests()).length;
  await fixHere(wb, 'again.py');
  const toast = wb.page.locator('.notification-toast', { hasText: 'JoxCoder: fix' });
  await until('the request', async () => (await emulator.requests()).length > before);
  await toast.getByRole('button', { name: 'Cancel' }).click();
  await wb.untilQuiet();
  assert.equal(await wb.text(wb.editor('again.py')), BROKEN);
});

scenario('a refactoring is shown as a difference; one change is accepted, one rejected', async ({ wb, emulator }) => {
  await emulator.script({
    match: 'Name the ends',
    raw: true,
    answer: edits('long.py', [['first = 1', 'head = 1'], ['last = 2', 'tail = 2']], 'The ends have **names** now.'),
  });
  await wb.openFile('long.py');
  await wb.press('Control+A');
  await wb.command('AUTOCREA: Refactor…');
  await wb.choose('Tell what to do', 'Tell what to do');
  await wb.answer('How should this code change?', 'Name the ends');
  const right = wb.proposal('long.py');
  await wb.lens(right, 'Accept change 1 of 2').waitFor();
  assert.match(await wb.page.locator('.tab.active').innerText(), /long\.py: Refactor: Name the ends \(checked\)/);
  assert.equal(await wb.text(right), LONG.replace('first', 'head').replace('last', 'tail'));
  await shot(wb, '5-proposal');
  await wb.lens(right, 'Accept change 1 of 2').click();
  await wb.lens(right, /^\s*Accept$/).waitFor();
  await shot(wb, '6-one-accepted');
  await wb.lens(right, 'Reject').click();
  await right.waitFor({ state: 'detached' });
  await wb.openFile('long.py');
  await wb.untilText(wb.editor('long.py'), LONG.replace('first', 'head'));
  assert.equal(await wb.save('long.py'), LONG.replace('first', 'head'));
});

scenario('one change of a refactoring is made anew, and the rest of it stays', async ({ wb, emulator }) => {
  await emulator.script(
    { match: 'in one word', raw: true, answer: edits('redo.py', [['last = 2', 'end = 2']]) },
    { match: 'Call them ends', raw: true, answer: edits('redo.py', [['first = 1', 'first_end = 1'], ['last = 2', 'last_end = 2']]) },
  );
  await wb.openFile('redo.py');
  await wb.press('Control+A');
  await wb.command('AUTOCREA: Refactor…');
  await wb.choose('Tell what to do', 'Tell what to do');
  await wb.answer('How should this code change?', 'Call them ends');
  const right = wb.proposal('redo.py');
  await wb.lens(right, 'Accept change 1 of 2').click();
  await wb.lens(right, /^\s*Accept$/).waitFor();
  await wb.lens(right, 'Regenerate…').click();
  await wb.answer('What should be different?', 'in one word');
  await wb.untilText(right, LONG.replace('first', 'first_end').replace('last', 'end'));
  await shot(wb, '6b-regenerated');
  await wb.page.locator('.editor-actions').getByRole('button', { name: 'Accept All Changes' }).click();
  await right.waitFor({ state: 'detached' });
  await wb.openFile('redo.py');
  await wb.untilText(wb.editor('redo.py'), LONG.replace('first', 'first_end').replace('last', 'end'));
  await wb.untilQuiet();
});

scenario('the same by keys and buttons: the change at the cursor, then all that are left', async ({ wb, emulator }) => {
  await emulator.script({ raw: true, answer: edits('tidy.py', [['first = 1', 'one = 1'], ['last = 2', 'two = 2'], ['line_4 = 4', 'four = 4']]) });
  await wb.openFile('tidy.py');
  await wb.press('Control+A');
  await wb.command('AUTOCREA: Refactor…');
  await wb.choose('Simplify', 'Simplify');
  const right = wb.proposal('tidy.py');
  await wb.lens(right, 'Accept change 3 of 3').waitFor();
  await right.locator('.view-lines').click();
  await wb.goTo(10);
  await wb.press('Alt+n');
  await wb.lens(right, 'Accept change 2 of 2').waitFor();
  await wb.page.locator('.editor-actions').getByRole('button', { name: 'Accept All Changes' }).click();
  await right.waitFor({ state: 'detached' });
  await wb.openFile('tidy.py');
  await wb.untilText(wb.editor('tidy.py'), LONG.replace('first', 'one').replace('line_4', 'four'));
  await wb.untilQuiet();
});

scenario('an explanation comes while it is written, and nothing in it can be clicked or loaded', async ({ wb, emulator }) => {
  const answer = 'It **greets**.\n\n- by name\n- politely\n\n```py\nprint(greet("Ada"))\n```\n\nSee [docs](https://evil.example/?k=1). The end.';
  await emulator.script({ match: 'greet', raw: true, answer, delay_ms_per_delta: 150 });
  await wb.openFile('greet.py');
  await wb.goTo(2);
  await wb.command('AUTOCREA: Explain');
  const page = wb.explanation;
  const shown = page.locator('article.assistant');
  await until('the first words alone', async () => {
    const text = await shown.innerText();
    return text.includes('greets') && !text.includes('The end');
  });
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await shot(wb, '7-explaining');
  await shown.getByText('The end.').waitFor();
  assert.equal(await shown.locator('li').count(), 2);
  assert.equal(await shown.locator('pre').innerText(), 'print(greet("Ada"))');
  assert.equal(await shown.locator('a, img, script, iframe').count(), 0);
  await shown.locator('.note', { hasText: 'tokens' }).waitFor();
  await shot(wb, '8-explained');
});

scenario('stopped, an explanation keeps what had come', async ({ wb, emulator }) => {
  await emulator.script({ match: 'greet', raw: true, answer: `At length.\n\n${'And so on.\n\n'.repeat(200)}`, delay_ms_per_delta: 100 });
  await wb.focus('greet.py');
  await wb.command('AUTOCREA: Explain');
  const page = wb.explanation;
  await page.getByText('At length.').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.locator('.note', { hasText: 'Stopped.' }).waitFor();
  await until('the model to be left', async () => (await emulator.requests()).at(-1).closed === 'before');
});

scenario('the chat answers, with what is attached, and remembers', async ({ wb, emulator }) => {
  await emulator.script(
    { match: 'And why?', raw: true, answer: 'Because `name` is what it *gets*.' },
    { match: 'What is this?', raw: true, answer: 'A function that greets.', delay_ms_per_delta: 60 },
  );
  await wb.openFile('greet.py');
  await wb.press('Control+A');
  await wb.command('AUTOCREA: Chat');
  const page = wb.chat;
  await page.locator('.chip', { hasText: 'greet.py:1' }).waitFor();
  await ask(page, 'What is this?');
  await page.locator('article.assistant', { hasText: 'A function that greets.' }).waitFor();
  await page.locator('.note', { hasText: 'tokens' }).first().waitFor();
  assert.match(JSON.stringify((await emulator.requests()).at(-1).body), /Hello/);
  await ask(page, 'And why?');
  await page.locator('article.assistant', { hasText: 'Because name is what it gets.' }).waitFor();
  assert.match(JSON.stringify((await emulator.requests()).at(-1).body), /A function that greets/);
  await shot(wb, '9-chat');
  await page.getByRole('button', { name: 'New' }).click();
  await until('an empty chat', async () => (await page.locator('article').count()) === 0);
  await page.getByLabel('Chats').selectOption({ index: 1 });
  await page.locator('article.assistant', { hasText: 'A function that greets.' }).waitFor();
  await page.getByRole('button', { name: 'Forget' }).click();
  await until('the list to be empty', async () => (await page.getByLabel('Chats').locator('option').count()) === 1);
});

scenario('"Crear componente de login": shown while it comes, accepted, on the disk', async ({ wb, emulator, sandbox }) => {
  await emulator.script({
    match: 'Crear componente de login',
    raw: true,
    answer: `<path>src/components/Login.tsx</path>\n<code>\n${COMPONENT}</code>\n<explanation>Un formulario.</explanation>`,
    delay_ms_per_delta: 150,
  });
  await wb.command('AUTOCREA: Generate…');
  await wb.choose('In a new file', 'the model names it');
  await wb.answer('What should be generated?', 'Crear componente de login');
  const draft = wb.page.locator('.monaco-diff-editor .editor.modified .monaco-editor[data-uri^="autocrea-draft:"]');
  await until('the first half', async () => /^export function/.test(await wb.text(draft)));
  await shot(wb, '10-generating');
  const right = wb.proposal('Login.tsx');
  await wb.lens(right, 'Accept').waitFor();
  assert.equal(await draft.count(), 0);
  assert.ok(!fs.existsSync(path.join(sandbox.workspace, 'src')), 'something was written before it was accepted');
  await shot(wb, '11-generated');
  await wb.lens(right, 'Accept').click();
  await right.waitFor({ state: 'detached' });
  await until('the file', () => sandbox.read('src/components/Login.tsx') === COMPONENT);
  await until('its editor alone', async () => (await wb.page.locator('.tab[data-resource-name="Login.tsx"]').count()) === 1);
  assert.equal(await wb.page.locator('.tab.dirty[data-resource-name="Login.tsx"]').count(), 0);
  await shot(wb, '12-on-disk');
  await until('the usage to be counted', () => usage(sandbox).byType.generate >= 1);
});

scenario('a commit message is written into the box of Source Control', async ({ wb, emulator }) => {
  await emulator.script({ match: 'nmae', raw: true, answer: 'Greet by the name that is given' });
  await wb.press('Control+Shift+G');
  const box = wb.page.locator('.scm-editor .view-lines');
  await box.waitFor();
  await wb.command('AUTOCREA: Write Commit Message');
  await until('the message', async () => (await box.innerText()).replace(/\u00a0/g, ' ').includes('Greet by the name that is given'));
  await shot(wb, '14-commit-message');
  await wb.untilQuiet();
});

scenario('what would be sent can be read before, and what was sent after', async ({ wb, emulator }) => {
  const before = (await emulator.requests()).length;
  await wb.openFile('greet.py');
  await wb.command('AUTOCREA: Preview Prompt…');
  await wb.choose('Explain', 'Explain');
  const shown = wb.page.locator('.monaco-editor[data-uri^="autocrea-prompt:"]');
  await until('the prompt', async () => /# What would be sent[^]*- Backend: claude[^]*- Input: [\d,]+ token/.test(await wb.text(shown)));
  await shot(wb, '13-prompt');
  assert.equal((await emulator.requests()).length, before);
  await wb.command('AUTOCREA: Show Last Prompt');
  await until('the last prompt', async () => /# What was sent/.test(await wb.text(shown)));
});

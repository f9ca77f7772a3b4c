import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inlines, type Inline } from '../../src/view/inline.ts';
import { blocks, type Block } from '../../src/view/markdown.ts';

const text = (value: string): Inline => ({ type: 'text', text: value });
const code = (value: string): Inline => ({ type: 'code', text: value });
const paragraph = (...parts: Inline[]): Block => ({ type: 'paragraph', inlines: parts });

const BLOCKS: [string, string, Block[]][] = [
  ['paragraphs', 'one\ntwo\n\nthree', [paragraph(text('one\ntwo')), paragraph(text('three'))]],
  ['a heading', '## What it does ##\nIt adds.', [{ type: 'heading', level: 2, inlines: [text('What it does')] }, paragraph(text('It adds.'))]],
  ['a heading that ends with its language', '# C#', [{ type: 'heading', level: 1, inlines: [text('C#')] }]],
  ['code', '```py\nx = *1*\n\ny\n```\nafter', [{ type: 'code', language: 'py', text: 'x = *1*\n\ny' }, paragraph(text('after'))]],
  ['code that still grows', 'see:\n```\nx =', [paragraph(text('see:')), { type: 'code', language: '', text: 'x =' }]],
  ['code with a fence inside', '````\n```\nx\n```\n````', [{ type: 'code', language: '', text: '```\nx\n```' }]],
  ['a list', '- one\n- two', [{ type: 'list', ordered: false, start: 1, items: [[paragraph(text('one'))], [paragraph(text('two'))]] }]],
  ['a numbered list', '3. one\n4. two', [{ type: 'list', ordered: true, start: 3, items: [[paragraph(text('one'))], [paragraph(text('two'))]] }]],
  [
    'a list in a list, with code',
    '- one\n  - inner\n- two\n\n  ```\n  x\n  ```',
    [
      {
        type: 'list',
        ordered: false,
        start: 1,
        items: [
          [paragraph(text('one')), { type: 'list', ordered: false, start: 1, items: [[paragraph(text('inner'))]] }],
          [paragraph(text('two')), { type: 'code', language: '', text: 'x' }],
        ],
      },
    ],
  ],
  ['a quote', '> said\n> so', [{ type: 'quote', blocks: [paragraph(text('said\nso'))] }]],
  ['a rule', 'a\n\n---\n\nb', [paragraph(text('a')), { type: 'rule' }, paragraph(text('b'))]],
  ['a table stands in columns', '| a | b |\n| - | - |\n| 1 | 2 |', [{ type: 'code', language: '', text: '| a | b |\n| - | - |\n| 1 | 2 |' }]],
  ['nothing', ' \n\n', []],
];
for (const [name, markdown, expected] of BLOCKS) {
  test(`Markdown: ${name}`, () => {
    assert.deepEqual(blocks(markdown), expected);
  });
}

const INLINES: [string, Inline[]][] = [
  ['call `f(*x)` now', [text('call '), code('f(*x)'), text(' now')]],
  ['``a ` b``', [code('a ` b')]],
  ['**strong** and *soft*', [{ type: 'strong', inlines: [text('strong')] }, text(' and '), { type: 'emphasis', inlines: [text('soft')] }]],
  ['**a `b`**', [{ type: 'strong', inlines: [text('a '), code('b')] }]],
  ['snake_case_name and 2 * 3 * 4', [text('snake_case_name and 2 * 3 * 4')]],
  ['an open `tick and **star', [text('an open `tick and **star')]],
  ['\\*no\\*', [text('*'), text('no'), text('*')]],
];
for (const [markdown, expected] of INLINES) {
  test(`a line of Markdown: ${markdown}`, () => {
    assert.deepEqual(inlines(markdown), expected);
  });
}

/** What a hostile answer might hold, and what of it must be left to read. */
const HOSTILE: [string, string, string][] = [
  ['a link', '[docs](https://evil.example/?k=1)', 'docs (https://evil.example/?k=1)'],
  ['a command link', '[run](command:workbench.action.terminal.new)', 'run (command:workbench.action.terminal.new)'],
  ['an image', '![x](https://evil.example/p.png)', 'x (https://evil.example/p.png)'],
  ['HTML', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['a script', '<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['a link to itself', '<https://evil.example>', '<https://evil.example>'],
];
for (const [name, markdown, shown] of HOSTILE) {
  test(`${name} becomes text`, () => {
    assert.deepEqual(blocks(markdown), [paragraph(text(shown))]);
  });
}

const TYPES = new Set(['heading', 'paragraph', 'code', 'list', 'quote', 'rule', 'text', 'strong', 'emphasis']);
const FLOODS = ['>', '*', '**a ', '`', '[', '- ', '#', '|', '_a_ ', '![](', '1. ', '    ', '\n- a\n  '];
for (const piece of FLOODS) {
  test(`a flood of ${JSON.stringify(piece)} is drawn soon and in full`, { timeout: 5000 }, () => {
    const made = JSON.stringify(blocks(piece.repeat(20_000)));
    for (const [, type] of made.matchAll(/"type":"(\w+)"/g)) assert.ok(TYPES.has(type ?? ''), type);
  });
}

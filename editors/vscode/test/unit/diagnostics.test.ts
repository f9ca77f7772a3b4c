import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromServer } from '../../src/act/arguments.ts';
import { linesOf } from '../../src/act/lines.ts';
import { dollars, spent, tokens } from '../../src/act/amounts.ts';
import { diagnosticRef, remaining, type Reported } from '../../src/act/diagnostics.ts';

const RANGE = { start: { line: 3, character: 0 }, end: { line: 3, character: 4 } };

function reported(message: string, code: Reported['code'] = 'F821', source = 'ruff'): Reported {
  return { message, code, source, severity: 0 };
}

const name = reported('Undefined name `nmae`');
const other = reported('Undefined name `nmae`', 'F821', 'pyright');
const unused = reported('`os` imported but unused', 'F401');

const LEFT: [string, Reported[], Reported[], Reported[], number][] = [
  ['it went', [name], [name, unused], [unused], 0],
  ['it stayed', [name], [name, unused], [name, unused], 1],
  ['its twin elsewhere stayed, itself went', [name], [name, name], [name], 0],
  ['it and its twin stayed', [name], [name, name], [name, name], 1],
  ["another server's with the same words does not count", [name], [name, other], [other], 0],
  ['one of two went', [name, unused], [name, unused], [unused], 1],
  ['nothing was remembered from before', [name], [], [name], 1],
  ['more than before are there', [name], [name], [name, name, name], 1],
];
for (const [title, fixed, before, now, expected] of LEFT) {
  test(`after a fix: ${title}`, () => {
    const refs = fixed.map((diagnostic) => diagnosticRef(diagnostic, RANGE));
    assert.equal(remaining(refs, before, now), expected);
  });
}

test("a diagnostic for the wire has LSP's severity, and its code without the link", () => {
  const ref = diagnosticRef(reported('m', { value: 'F821' }), RANGE);
  assert.deepEqual(ref, { range: RANGE, message: 'm', severity: 1, source: 'ruff', code: 'F821' });
  const bare = diagnosticRef({ message: 'm', severity: 3 }, RANGE);
  assert.deepEqual([bare.severity, bare.source, bare.code], [4, null, null]);
});

test("a command takes the server's value, and nothing of a menu or the palette", () => {
  const params = { uri: 'file:///w/main.py', range: RANGE };
  assert.equal(fromServer(params), params);
  assert.equal(fromServer({ scheme: 'file', path: '/w/main.py' }), undefined);
  assert.equal(fromServer(undefined), undefined);
  assert.equal(fromServer(null), undefined);
  assert.equal(fromServer('file:///w/main.py'), undefined);
});

const MONEY: [number, string][] = [[0, '$0'], [12, '$0.000012'], [12_345, '$0.0123'], [1_500_000, '$1.50']];
for (const [micros, text] of MONEY) {
  test(`${String(micros)} millionths of a dollar are ${text}`, () => {
    assert.equal(dollars(micros), text);
  });
}

test('what an answer cost names money only where the price is known', () => {
  assert.equal(spent({ tokensUsed: 1234, costMicros: 12_345 }), '1,234 tokens · $0.0123');
  assert.equal(spent({ tokensUsed: 1, costMicros: null }), '1 token');
  assert.equal(tokens(0), '0 tokens');
});

const SPANS: [number, number, number, number, number, number][] = [
  [0, 0, 0, 0, 1, 1],
  [1, 4, 1, 9, 2, 2],
  [1, 0, 3, 0, 2, 3],
  [1, 0, 3, 1, 2, 4],
];
for (const [line, character, endLine, endCharacter, first, last] of SPANS) {
  test(`from ${String(line)}:${String(character)} to ${String(endLine)}:${String(endCharacter)} are lines ${String(first)} to ${String(last)}`, () => {
    const range = { start: { line, character }, end: { line: endLine, character: endCharacter } };
    assert.deepEqual(linesOf(range), { first, last });
  });
}

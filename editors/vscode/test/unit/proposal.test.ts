import assert from 'node:assert/strict';
import { test } from 'node:test';

import { around } from '../../src/generate/around.ts';
import { addressOf, SCHEME, uriParts } from '../../src/proposal/address.ts';
import { pendingCount, pendingPlaces, placeAt } from '../../src/proposal/hunks.ts';
import { acceptLabel, buttons, entry, headline, title } from '../../src/proposal/labels.ts';
import type { Hunk, HunkState, Proposal, ProposedFile } from '../../src/wire.ts';

function hunk(id: string, startLine: number, endLine: number, newText: string, state: HunkState = 'pending'): Hunk {
  return { id, startLine, endLine, oldText: '', newText, state };
}

function file(hunks: Hunk[], more: Partial<ProposedFile> = {}): ProposedFile {
  const texts = { original: '', proposed: '', languageId: 'python', isNew: false };
  return { uri: 'file:///w/src/main.py', version: 1, ...texts, ...more, hunks };
}

function proposal(files: ProposedFile[], more: Partial<Proposal> = {}): Proposal {
  return { id: 'p1', title: 'Simplify', status: 'unchecked', label: '', explanation: '', tokensUsed: 5, ...more, files };
}

const PLACES: [string, Hunk[], [string, number, number][]][] = [
  ['a change of equal length moves nothing', [hunk('a', 2, 3, 'x\n'), hunk('b', 7, 8, 'y\n')], [['a', 2, 1], ['b', 7, 1]]],
  ['a longer one moves what follows', [hunk('a', 2, 3, 'x\ny\nz\n'), hunk('b', 7, 8, 'y')], [['a', 2, 3], ['b', 9, 1]]],
  ['a removal moves what follows up', [hunk('a', 2, 6, ''), hunk('b', 7, 8, 'y\n')], [['a', 2, 0], ['b', 3, 1]]],
  ['an accepted one is in the original already', [hunk('a', 2, 5, 'x\ny\nz\n', 'accepted'), hunk('b', 7, 8, 'y\n')], [['b', 7, 1]]],
  ['a rejected one is in neither text', [hunk('a', 2, 3, 'x\ny\n', 'rejected'), hunk('b', 7, 8, 'y\n')], [['b', 7, 1]]],
  ['the order is that of the lines', [hunk('b', 7, 8, 'y\n'), hunk('a', 2, 2, 'x\n')], [['a', 2, 1], ['b', 8, 1]]],
  ['lines may end with any of the three ends', [hunk('a', 0, 0, 'x\r\ny\rz\n\n'), hunk('b', 1, 2, 'y')], [['a', 0, 4], ['b', 5, 1]]],
];
for (const [name, hunks, expected] of PLACES) {
  test(`places in the right side: ${name}`, () => {
    const places = pendingPlaces(file(hunks));
    assert.deepEqual(places.map((place) => [place.hunk.id, place.line, place.lines]), expected);
    assert.deepEqual(places.map(({ number, of }) => [number, of]), expected.map((_, index) => [index + 1, expected.length]));
  });
}

const AT_LINE: [number, string][] = [[0, 'a'], [2, 'a'], [4, 'a'], [5, 'b'], [9, 'b'], [10, 'b'], [99, 'b']];
for (const [line, id] of AT_LINE) {
  test(`the change that is meant with the cursor on line ${String(line)}`, () => {
    const places = pendingPlaces(file([hunk('a', 2, 3, 'x\ny\nz\n'), hunk('b', 7, 8, 'y\n')]));
    assert.equal(placeAt(places, line)?.hunk.id, id);
  });
}

test('without changes there is none to mean', () => {
  assert.equal(placeAt([], 3), undefined);
});

test('what waits is counted over all files', () => {
  const files = [file([hunk('a', 0, 1, 'x'), hunk('b', 1, 2, 'y', 'accepted')]), file([hunk('c', 0, 1, 'z')])];
  assert.equal(pendingCount(proposal(files)), 2);
});

test('the title names file, act and check', () => {
  assert.equal(title(proposal([]), file([])), 'main.py: Simplify (not checked)');
  const made = file([], { isNew: true, uri: 'file:///w/un%20do.ts' });
  assert.equal(title(proposal([], { status: 'passed' }), made), 'un do.ts (new): Simplify (checked)');
  assert.match(title(proposal([], { status: 'failed' }), file([])), /\(check failed\)$/);
});

test("the headline says what was checked, in the server's words, and a model draws no icons with them", () => {
  assert.equal(headline(proposal([], { label: 'Not checked: no checker.' })), '$(warning) Not checked: no checker.');
  assert.equal(headline(proposal([], { status: 'passed', label: '' })), '$(pass) Checked');
  assert.ok(!headline(proposal([], { status: 'failed', label: '$(pass) all good' })).slice(8).includes('$('));
});

test('the list says how much waits and where', () => {
  const { label, description } = entry(proposal([file([hunk('a', 0, 1, 'x'), hunk('b', 3, 4, 'y')])]));
  assert.deepEqual([label, description], ['Simplify', '2 changes in main.py']);
});

test('one change needs no number', () => {
  const [only] = pendingPlaces(file([hunk('a', 0, 1, 'x')]));
  const [, second] = pendingPlaces(file([hunk('a', 0, 1, 'x'), hunk('b', 2, 3, 'y')]));
  assert.ok(only && second);
  assert.equal(acceptLabel(only), '$(check) Accept');
  assert.equal(acceptLabel(second), '$(check) Accept change 2 of 2');
});

test('over each change stand its buttons; a new file is made anew by the title alone', () => {
  const of = (shown: ProposedFile): string[] => pendingPlaces(shown).flatMap((place) => buttons(shown, place).map(({ title, command }) => `${title} ${command}`));
  const three = ['$(check) Accept autocrea.proposal.accept', '$(x) Reject autocrea.proposal.reject', '$(refresh) Regenerate… autocrea.proposal.regenerate'];
  assert.deepEqual(of(file([hunk('a', 0, 1, 'x'), hunk('b', 3, 4, 'y', 'rejected')])), three);
  assert.deepEqual(of(file([hunk('a', 0, 0, 'x')], { isNew: true })), three.slice(0, 2));
});

test('a change that was made anew stands in the place of the first one', () => {
  const places = pendingPlaces(file([hunk('1.1', 0, 1, 'x\ny\n'), hunk('1.2.1.1', 4, 5, 'z\n'), hunk('1.3', 8, 9, 'w\n')]));
  assert.deepEqual(places.map((place) => [place.hunk.id, place.line, place.number]), [['1.1', 0, 1], ['1.2.1.1', 5, 2], ['1.3', 9, 3]]);
});

const ADDRESSED = ['file:///w/a%20b/main.py', 'untitled:Untitled-1', 'vscode-notebook-cell:/w/n.ipynb#X1', 'file:///w/e%CC%81.ts'];
for (const uri of ADDRESSED) {
  test(`the documents of ${uri} are found again by their names`, () => {
    const address = { proposal: 'p 1', uri, side: 'proposed' } as const;
    const parts = uriParts(address);
    assert.ok(parts.path.startsWith('/'), parts.path);
    assert.deepEqual(addressOf(parts), address);
  });
}

for (const query of ['', '{', '{}', '{"proposal":1,"uri":"x","side":"proposed"}', '{"proposal":"p","uri":"x","side":"both"}', 'null']) {
  test(`no address: ${query}`, () => {
    assert.equal(addressOf({ scheme: SCHEME, query }), undefined);
  });
}

test('the name of a document of another scheme is no address', () => {
  const { query } = uriParts({ proposal: 'p', uri: 'file:///x', side: 'original' });
  assert.equal(addressOf({ scheme: 'file', query }), undefined);
});

const AROUND: [string, string, number, string, string][] = [
  ['after a line with text', 'a\nb\nc\n', 1, 'a\nb\n', 'c\n'],
  ['in place of nothing on an empty line', 'a\n\nc\n', 1, 'a\n', '\nc\n'],
  ['after a last line without an end', 'a\nb', 1, 'a\nb\n', ''],
  ['behind the last line end', 'a\n', 1, 'a\n', ''],
  ['in an empty document', '', 0, '', ''],
  ['between lines of another kind', 'a\r\nb\rc', 0, 'a\r\n', 'b\rc'],
];
for (const [name, text, line, before, after] of AROUND) {
  test(`generated code will stand ${name}`, () => {
    assert.deepEqual(around(text, line), { before, after });
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ago, ending, history, item, statistics, step, webAddress, where } from '../../src/deploy/words.ts';
import type { DeployEvent, Deployment } from '../../src/wire.ts';

const URL_ = 'https://site1-abc.vercel.app';
const NOW = 1_800_000_000;

function row(fields: Partial<Deployment> = {}): Deployment {
  return {
    id: 'd1',
    provider: 'vercel',
    target: 'preview',
    source: 'files',
    state: 'building',
    detail: '',
    error: '',
    url: '',
    inspectUrl: '',
    project: 'site1',
    account: 'me',
    createdAt: NOW - 200,
    updatedAt: NOW - 10,
    finishedAt: null,
    remoteId: '',
    live: false,
    environment: null,
    ...fields,
  };
}

void test('a host that is its own only target is named once', () => {
  assert.equal(where(row()), 'vercel (preview)');
  assert.equal(where(row({ provider: 'preview' })), 'preview');
});

void test('ages are told in one unit, and never below zero', () => {
  const cases = [
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [86_400, '1 d'],
    [-5, '0 s'],
  ] as const;
  for (const [seconds, text] of cases) assert.equal(ago(NOW - seconds, NOW), text);
});

void test('only web addresses without credentials are opened', () => {
  assert.equal(webAddress(URL_), URL_);
  assert.equal(webAddress('http://127.0.0.1:8080/'), 'http://127.0.0.1:8080/');
  for (const bad of ['', 'file:///etc/passwd', 'command:workbench.action.quit', 'https://a:b@host/', 'not a url']) {
    assert.equal(webAddress(bad), undefined, bad);
  }
});

void test('a success offers what can be done with its URL', () => {
  const end = ending(row({ state: 'success', url: URL_ }));
  assert.equal(end.severity, 'information');
  assert.equal(end.text, `site1 deployed to vercel (preview): ${URL_}`);
  assert.deepEqual(end.actions, ['Open', 'Copy URL', 'Show Log']);
});

void test('an address that no browser may be given is neither shown nor offered', () => {
  const end = ending(row({ state: 'success', url: 'command:evil' }));
  assert.ok(!end.text.includes('command:evil'));
  assert.deepEqual(end.actions, ['Show Log']);
});

void test('a failure says why, and offers the log and another try', () => {
  const end = ending(row({ state: 'failed', error: 'npm run build ended with 1.' }), ['A notice.']);
  assert.equal(end.severity, 'error');
  assert.equal(end.text, 'site1 was not deployed to vercel (preview). npm run build ended with 1. A notice.');
  assert.deepEqual(end.actions, ['Show Log', 'Retry']);
});

void test('a cancel is no error, and what nobody knows is a warning', () => {
  assert.equal(ending(row({ state: 'canceled' })).severity, 'information');
  assert.equal(ending(row({ state: 'interrupted' })).severity, 'warning');
  const unknown = ending(row({ state: 'unknown', detail: 'It goes on at Vercel.' }));
  assert.equal(unknown.severity, 'warning');
  assert.match(unknown.text, /is not known yet. It goes on at Vercel.$/);
});

void test('a step says how many files are there, once', () => {
  const event = (fields: Partial<DeployEvent>): DeployEvent => ({
    deployment: row(),
    text: 'uploading',
    finished: false,
    ...fields,
  });
  assert.equal(step(event({ filesSent: 3, filesTotal: 9 })), 'uploading (3/9 files)');
  assert.equal(step(event({ text: 'uploading 3/9 files', filesSent: 3, filesTotal: 9 })), 'uploading 3/9 files');
  assert.equal(step(event({})), 'uploading');
});

void test('the status bar item has a state, and an age once it has ended', () => {
  assert.equal(item(row(), NOW).text, '$(loading~spin) vercel building');
  const ended = item(row({ state: 'success', finishedAt: NOW - 180, url: URL_ }), NOW);
  assert.equal(ended.text, '$(rocket) vercel success 3 min');
  assert.ok(ended.tooltip.includes(URL_));
});

void test('a line of the history tells what is live and why one failed', () => {
  const live = history(row({ state: 'success', url: URL_, live: true }), NOW);
  assert.equal(live.label, '$(rocket) vercel (preview) success · live');
  assert.equal(live.description, '3 min ago, files');
  assert.equal(live.detail, URL_);
  assert.equal(history(row({ state: 'failed', error: 'No.' }), NOW).detail, 'No.');
});

void test('statistics leave out what is not known', () => {
  const none = { total: 0, byStatus: {}, successRate: null, medianDurationS: null };
  assert.equal(statistics(none), '0 deployments');
  const some = { total: 3, byStatus: { success: 2, failed: 1 }, successRate: 2 / 3, medianDurationS: 41.6 };
  assert.equal(statistics(some), '3 deployments, 2 success, 1 failed, 67 % went well, 42 s in the middle');
});

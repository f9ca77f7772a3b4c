import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allows, can, hostChoices, remote, targetChoices } from '../../src/deploy/choices.ts';
import { item, shown, statistics } from '../../src/deploy/words.ts';
import type { DeployHost, DeployHosts, Deployment } from '../../src/wire.ts';

const NOW = 1_800_000_000;

function host(name: string, fields: Partial<DeployHost> = {}): DeployHost {
  return { name, title: name.toUpperCase(), local: false, linked: false, abilities: [], ...fields };
}

const HOSTS = [
  host('netlify', { abilities: ['rollback', 'link'] }),
  host('preview', { local: true }),
  host('railway', { abilities: ['other_targets'] }),
  host('vercel', { linked: true, abilities: ['rollback', 'promote', 'link'] }),
];

function told(fields: Partial<DeployHosts> = {}): DeployHosts {
  return { hosts: HOSTS, default: 'vercel', target: 'preview', picked: false, ...fields };
}

function row(fields: Partial<Deployment> = {}): Deployment {
  return {
    id: 'd1',
    provider: 'vercel',
    target: 'preview',
    source: 'files',
    state: 'success',
    detail: '',
    error: '',
    url: '',
    inspectUrl: '',
    project: 'site1',
    account: '',
    createdAt: NOW - 200,
    updatedAt: NOW - 10,
    ...fields,
  };
}

void test('the host of a link is first, and nothing is to be forgotten', () => {
  const labels = hostChoices(told()).map(({ label, description }) => [label, description]);
  assert.deepEqual(labels, [
    ['VERCEL', 'linked to this folder'],
    ['NETLIFY', ''],
    ['PREVIEW', 'on this machine, no account'],
    ['RAILWAY', ''],
  ]);
});

void test('the host that was chosen last time is first, with its target, and can be forgotten', () => {
  const choices = hostChoices(told({ default: 'railway', target: 'staging', picked: true }));
  assert.equal(choices[0]?.host?.name, 'railway');
  assert.equal(choices[0].description, 'chosen last time, with staging');
  assert.deepEqual(choices.map(({ forget }) => forget === true), [false, false, false, false, true]);
  const plain = hostChoices(told({ default: 'railway', picked: true }));
  assert.equal(plain[0]?.description, 'chosen last time');
});

void test('only hosts that can do it are offered', () => {
  const names = (fits: Parameters<typeof hostChoices>[1]): (string | undefined)[] =>
    hostChoices(told({ default: 'railway', picked: true }), fits).map(({ host: each }) => each?.name);
  assert.deepEqual(names(remote), ['railway', 'netlify', 'vercel', undefined]);
  assert.deepEqual(names(can('rollback')), ['netlify', 'vercel']); // the chosen one cannot: there is nothing to forget
  assert.deepEqual(names(can('promote')), ['vercel']);
  assert.deepEqual(names(can('fly')), []);
});

void test('a target of last time is first, production never is', () => {
  const targets = (name: string, fields: Partial<DeployHosts> = {}): string[] => {
    const found = HOSTS.find((each) => each.name === name);
    assert.ok(found);
    return targetChoices(found, told(fields)).map(({ target }) => target);
  };
  assert.deepEqual(targets('vercel'), ['preview', 'production']);
  assert.deepEqual(targets('railway'), ['preview', 'production', '']);
  const last = { default: 'railway', target: 'staging', picked: true };
  assert.deepEqual(targets('railway', last), ['staging', 'preview', 'production', '']);
  assert.deepEqual(targets('vercel', last), ['preview', 'production']); // it was another host's
});

void test('what a host cannot do about a deployment is not offered; where it is not known the server answers', () => {
  assert.ok(allows(row({ acts: ['log', 'redeploy'] }), 'redeploy'));
  assert.ok(!allows(row({ acts: ['log', 'redeploy'] }), 'promote'));
  assert.ok(!allows(row({ acts: [] }), 'log'));
  assert.ok(allows(row({ acts: null }), 'promote'));
  assert.ok(allows(row(), 'promote'));
});

void test('the status bar tells of what runs, else of the newest, and of the other hosts in its tooltip', () => {
  const netlify = row({ id: 'n', provider: 'netlify', createdAt: NOW - 60, finishedAt: NOW - 60 });
  const railway = row({ id: 'r', provider: 'railway', target: 'staging', state: 'building', createdAt: NOW - 120 });
  const lost = row({ id: 'l', provider: 'vercel', state: 'unknown', createdAt: NOW - 300 });
  assert.equal(shown([]), undefined);
  assert.equal(shown([netlify, lost])?.id, 'n');
  assert.equal(shown([lost, netlify, railway])?.id, 'r');
  const { text, tooltip } = item(railway, NOW, [netlify, railway]);
  assert.equal(text, '$(loading~spin) railway building');
  assert.deepEqual(tooltip.split('\n'), ['site1: railway (staging)', 'netlify (preview): success, 1 min ago']);
});

void test('numbers name the hosts where there are several', () => {
  const sums = { total: 3, byStatus: { success: 3 }, successRate: 1, medianDurationS: null };
  const one = [{ provider: 'vercel', total: 3, successRate: 1 }];
  const two = [{ provider: 'vercel', total: 2, successRate: 1 }, { provider: 'netlify', total: 1, successRate: 1 }];
  assert.equal(statistics({ ...sums, hosts: one }), '3 deployments, 3 success, 100 % went well');
  assert.equal(statistics({ ...sums, hosts: two }), '3 deployments, 3 success, 100 % went well, vercel 2 · netlify 1');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { LogOutputChannel } from 'vscode';

import { debugInformation } from '../../src/debugInformation.ts';
import { withoutBodies } from '../../src/trace.ts';

const CANARY = 'sk-ant-canary-0001';

/** As much of a channel as a trace needs. */
function channel(): { log: LogOutputChannel; lines: string[] } {
  const lines: string[] = [];
  const log = { logLevel: 1, trace: (line: string) => lines.push(line), info: (line: string) => lines.push(line) };
  return { log: log as unknown as LogOutputChannel, lines };
}

test('a protocol trace keeps which message it was and drops its body', () => {
  const { log, lines } = channel();
  const traced = withoutBodies(log);
  traced.trace(`Sending response 'autocrea/credentials - (3)'. Processing took 1ms\nResult: {"secret": "${CANARY}"}`);
  traced.trace(`{"type":"send-response","message":{"result":{"secret":"${CANARY}"}}}`);
  assert.match(lines[0] ?? '', /autocrea\/credentials/);
  assert.equal(lines.length, 2);
  assert.ok(!lines.join('').includes(CANARY));
});

test('everything else of the channel is untouched', () => {
  const { log, lines } = channel();
  const traced = withoutBodies(log);
  traced.info('two\nlines');
  assert.deepEqual(lines, ['two\nlines']);
  assert.equal(traced.logLevel, 1);
});

test('debug information tells the names of settings, not their values, and never the key', () => {
  const text = debugInformation({
    extension: '0.1.0',
    editor: 'VS Code 1.2.3',
    platform: 'linux x64, Node v20',
    remote: undefined,
    trusted: true,
    server: { version: '0.1.0', source: 'path', command: 'autocrea-lsp' },
    status: { state: 'ready', message: 'Fine.' },
    hasKey: true,
    settings: ['claude.baseUrl'],
  });
  assert.match(text, /- Key stored: yes/);
  assert.match(text, /- Settings changed: claude\.baseUrl\n/);
  assert.match(text, /- Server: 0\.1\.0, from path: autocrea-lsp/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { promptDocument } from '../../src/prompts/markdown.ts';
import type { PromptPreview } from '../../src/wire.ts';

const PREVIEW: PromptPreview = {
  backend: 'claude',
  model: 'm-1',
  system: 'Be brief.',
  messages: [
    { role: 'user', text: 'Explain.' },
    { role: 'assistant', text: 'It adds.' },
  ],
  inputTokens: 1200,
  counted: true,
  maxOutputTokens: 4096,
  costMicros: 1200,
  maxCostMicros: null,
  secretsHidden: 0,
};

test('a prompt is shown whole, with who would answer, its tokens and its price', () => {
  const text = promptDocument(PREVIEW, 'What would be sent');
  assert.match(text, /^# What would be sent\n/);
  for (const line of ['- Backend: claude', '- Model: m-1', '- Input: 1,200 tokens (counted by the service)', '- Price of the input: $0.001200', '- Price with the longest answer: not known']) {
    assert.ok(text.includes(`${line}\n`), line);
  }
  assert.match(text, /## System\n\n```text\nBe brief\.\n```\n\n## User\n\n```text\nExplain\.\n```\n\n## Assistant\n\n```text\nIt adds\.\n```\n$/);
  assert.ok(!text.includes('placeholder'));
});

test('an estimate says so, and hidden secrets are counted', () => {
  const text = promptDocument({ ...PREVIEW, counted: false, secretsHidden: 2 }, 'x');
  assert.match(text, /1,200 tokens \(estimated\)/);
  assert.match(text, /2 secrets are placeholders/);
});

test('text with fences of its own stays inside its block', () => {
  const text = promptDocument({ ...PREVIEW, system: '', messages: [{ role: 'user', text: 'a\n````\nb\n```\nc' }] }, 'x');
  assert.match(text, /\n`````text\na\n````\nb\n```\nc\n`````\n/);
  assert.ok(!text.includes('## System'));
});

/** A prompt as a document to read. Plain values: nothing here needs VS Code. */

import { dollars, tokens } from '../act/amounts.ts';
import type { PromptPreview } from '../wire.ts';

export function promptDocument(preview: PromptPreview, heading: string): string {
  const { system, messages, secretsHidden } = preview;
  return [
    `# ${heading}`,
    facts(preview).map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    secretsHidden === 0
      ? ''
      : `${String(secretsHidden)} ${secretsHidden === 1 ? 'secret is a placeholder' : 'secrets are placeholders'} here, as in what is sent.`,
    ...section('System', system),
    ...messages.flatMap(({ role, text }) => section(role === 'user' ? 'User' : 'Assistant', text)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function facts(preview: PromptPreview): [string, string][] {
  const { backend, model, inputTokens, counted, maxOutputTokens, costMicros, maxCostMicros } = preview;
  return [
    ['Backend', backend],
    ['Model', model],
    ['Input', `${tokens(inputTokens)} (${counted ? 'counted by the service' : 'estimated'})`],
    ['Longest answer', tokens(maxOutputTokens)],
    ['Price of the input', costMicros === null ? 'not known' : dollars(costMicros)],
    ['Price with the longest answer', maxCostMicros === null ? 'not known' : dollars(maxCostMicros)],
  ];
}

function section(title: string, text: string): string[] {
  if (text === '') return [];
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [`## ${title}`, `${fence}text\n${text}\n${fence}`];
}

/** Of backticks: the text may not end the block that it stands in. */
function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

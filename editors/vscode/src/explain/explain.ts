/** The command that explains: what a code action says, else the selection, else the definition around the cursor. */

import { fromServer } from '../act/arguments.ts';
import { linesOf } from '../act/lines.ts';
import { stream } from '../act/stream.ts';
import { targetInFront } from '../act/target.ts';
import type { Ctx } from '../ctx.ts';
import { ExplainRequest } from '../messages.ts';
import type { ExplainParams } from '../wire.ts';

export async function explain(ctx: Ctx, argument: unknown): Promise<void> {
  const client = await ctx.connection();
  const params = (fromServer(argument) as ExplainParams | undefined) ?? paramsInFront(client);
  await ctx.explanations.run(titleOf(params), (add, token) => stream(client, ExplainRequest, params, add, token));
}

function paramsInFront(client: Parameters<typeof targetInFront>[0]): ExplainParams {
  const { uri, range, document } = targetInFront(client);
  return { uri, range, language: document.languageId };
}

function titleOf({ uri, range, question }: ExplainParams): string {
  if (typeof question === 'string' && question !== '') return question;
  if (typeof uri !== 'string') return 'Explanation';
  const name = decodeURIComponent(uri.split('/').at(-1) ?? uri);
  if (range === null || range === undefined) return name;
  const { first, last } = linesOf(range);
  return first === last ? `${name}, line ${String(first)}` : `${name}, lines ${String(first)} to ${String(last)}`;
}

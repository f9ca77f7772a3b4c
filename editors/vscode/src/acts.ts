/** The commands of the assistant's acts: the palette's, and those that the server's code actions name. */

import { document, refactor, writeTests } from './act/edit.ts';
import { commitMessage } from './commit/commit.ts';
import type { Ctx } from './ctx.ts';
import { explain } from './explain/explain.ts';
import { applied, fix } from './fix/fix.ts';
import { fixAll } from './fix/fixAll.ts';
import { generate } from './generate/generate.ts';
import { PROPOSAL_COMMANDS } from './proposal/commands.ts';
import { previewPrompt, showLastPrompt } from './prompts/prompts.ts';
import { EditorCommand } from './wire.ts';

/** `argument` is the server's value, or what a menu gives, or nothing. */
export type Run = (ctx: Ctx, argument: unknown) => Promise<void> | void;

export const ACTS: Record<string, Run> = {
  'autocrea.fix': fix,
  [EditorCommand.FIX_ALL]: fixAll,
  [EditorCommand.APPLIED]: applied,
  [EditorCommand.REFACTOR]: refactor,
  [EditorCommand.EXPLAIN]: explain,
  [EditorCommand.GENERATE]: generate,
  'autocrea.document': document,
  'autocrea.writeTests': writeTests,
  'autocrea.chat': (ctx) => ctx.chat.show(),
  'autocrea.commitMessage': commitMessage,
  'autocrea.previewPrompt': previewPrompt,
  'autocrea.showLastPrompt': showLastPrompt,
  ...PROPOSAL_COMMANDS,
};

/** The commands that ask for an edit and show it as a proposal: refactor, document, write tests. */

import { window } from 'vscode';

import type { Ctx } from '../ctx.ts';
import { askFor } from '../generate/generate.ts';
import { EditRequest } from '../messages.ts';
import type { EditParams, Goal } from '../wire.ts';
import { fromServer } from './arguments.ts';
import { withCancel } from './stream.ts';
import { targetInFront } from './target.ts';

/** What the palette offers beside an instruction of the user's own. */
const READY_MADE: readonly { readonly label: string; readonly goal: Goal }[] = [
  { label: '$(edit) Tell what to do…', goal: 'refactor' },
  { label: '$(symbol-method) Extract', goal: 'extract' },
  { label: '$(symbol-key) Rename for clarity', goal: 'rename' },
  { label: '$(wand) Simplify', goal: 'simplify' },
  { label: '$(symbol-type-parameter) Add types', goal: 'addTypes' },
  { label: '$(shield) Add error handling', goal: 'handleErrors' },
];

export async function refactor(ctx: Ctx, argument: unknown): Promise<void> {
  const given = fromServer(argument) as EditParams | undefined;
  const goal = given?.goal ?? (given === undefined ? await chooseGoal() : 'refactor');
  if (goal === undefined) return;
  const client = await ctx.connection();
  const { uri, range } = given ?? targetInFront(client);
  let instruction = given?.instruction ?? null;
  if (goal === 'refactor' && instruction === null) {
    instruction = (await askFor('How should this code change?', 'Split this into two functions')) ?? null;
    if (instruction === null) return;
  }
  await propose(ctx, { ...given, uri, range, goal, instruction }, 'refactoring');
}

export async function document(ctx: Ctx): Promise<void> {
  const { uri, range } = targetInFront(await ctx.connection());
  await propose(ctx, { uri, range, goal: 'document' }, 'documenting');
}

export async function writeTests(ctx: Ctx): Promise<void> {
  const { uri, range } = targetInFront(await ctx.connection());
  await propose(ctx, { uri, range, goal: 'tests' }, 'writing tests');
}

async function propose(ctx: Ctx, params: EditParams, doing: string): Promise<void> {
  const client = await ctx.connection();
  const proposal = await withCancel(doing, (token) => client.sendRequest(EditRequest, params, token));
  if (proposal !== undefined) await ctx.proposals.show(proposal);
}

async function chooseGoal(): Promise<Goal | undefined> {
  return (await window.showQuickPick(READY_MADE, { title: 'JoxCoder: refactor' }))?.goal;
}

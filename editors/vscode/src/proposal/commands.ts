/** The commands of the proposal view, and the list of proposals. */

import { window } from 'vscode';

import type { Run } from '../acts.ts';
import type { Ctx } from '../ctx.ts';
import { fromServer } from '../act/arguments.ts';
import { ProposalsRequest } from '../messages.ts';
import { EditorCommand, type ProposalParams } from '../wire.ts';
import { pendingCount } from './hunks.ts';
import { entry } from './labels.ts';
import type { HunkRef } from './lenses.ts';

export const PROPOSAL_COMMANDS: Record<string, Run> = {
  'autocrea.proposals': choose,
  [EditorCommand.REVIEW]: async (ctx, argument) => {
    const params = fromServer(argument) as ProposalParams | undefined;
    if (params !== undefined) await ctx.proposals.review(params.id);
  },
  'autocrea.proposal.accept': (ctx, argument) => ctx.proposals.accept((fromServer(argument) as HunkRef | undefined)),
  'autocrea.proposal.reject': (ctx, argument) => ctx.proposals.reject((fromServer(argument) as HunkRef | undefined)),
  'autocrea.proposal.acceptAll': (ctx) => ctx.proposals.accept(undefined, true),
  'autocrea.proposal.rejectAll': (ctx) => ctx.proposals.reject(undefined, true),
  'autocrea.proposal.regenerate': (ctx, argument) => ctx.proposals.regenerate(fromServer(argument) as HunkRef | undefined),
  'autocrea.proposal.explanation': (ctx, argument) => {
    const proposal = ctx.proposals.explanation(typeof argument === 'string' ? argument : undefined);
    if (proposal === undefined) return;
    const text = [proposal.label, proposal.explanation].filter((part) => part !== '').join('\n\n');
    ctx.explanations.show(proposal.title, text, proposal);
  },
};

async function choose(ctx: Ctx): Promise<void> {
  const client = await ctx.connection();
  const { proposals } = await client.sendRequest(ProposalsRequest, { uri: null });
  const pending = proposals.filter((proposal) => pendingCount(proposal) > 0);
  if (pending.length === 0) {
    void window.showInformationMessage('JoxCoder: no proposal waits.');
    return;
  }
  const items = pending.map((proposal) => ({ ...entry(proposal), proposal }));
  const chosen = await window.showQuickPick(items, { title: 'JoxCoder: proposals', matchOnDescription: true });
  if (chosen !== undefined) await ctx.proposals.show(chosen.proposal);
}

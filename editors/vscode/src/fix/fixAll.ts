/** One fix for all the problems of a file: applied when a checker agrees with it, else shown as a proposal. */

import { Range, workspace } from 'vscode';

import { fromServer } from '../act/arguments.ts';
import { withCancel } from '../act/stream.ts';
import { diagnosticsIn, targetInFront } from '../act/target.ts';
import type { Ctx } from '../ctx.ts';
import { EditRequest } from '../messages.ts';
import type { EditParams, Proposal } from '../wire.ts';
import { applied } from './fix.ts';

export async function fixAll(ctx: Ctx, argument: unknown): Promise<void> {
  const client = await ctx.connection();
  const given = fromServer(argument) as EditParams | undefined;
  const { uri } = given ?? targetInFront(client);
  const document = await workspace.openTextDocument(client.protocol2CodeConverter.asUri(uri));
  const whole = document.validateRange(new Range(0, 0, document.lineCount, 0));
  // The server hears of no problems but those at one place: they are reported by others, to us.
  const diagnostics = diagnosticsIn(client, document, whole);
  if (diagnostics.length === 0) throw new Error('nothing is reported in this file');
  const range = client.code2ProtocolConverter.asRange(whole);
  const params: EditParams = { ...given, uri, range, goal: 'fixAll', diagnostics };
  ctx.fixes.remember();
  const proposal = await withCancel('fixing all problems in this file', (token) => client.sendRequest(EditRequest, params, token));
  if (proposal === undefined) return;
  if (!isVouchedFor(proposal, uri)) await ctx.proposals.show(proposal);
  else if (await ctx.proposals.take(proposal)) await applied(ctx, { uri, diagnostics });
}

/** As for a single fix: a checker agreed, and it stays in the one file. */
function isVouchedFor({ status, files }: Proposal, uri: string): boolean {
  return status === 'passed' && files.length === 1 && files[0]?.isNew === false && files[0].uri === uri;
}

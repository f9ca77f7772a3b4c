/** The command that writes a commit message, into the box of the Source Control view. */

import { env, Uri, window, workspace } from 'vscode';

import { withCancel } from '../act/stream.ts';
import type { Ctx } from '../ctx.ts';
import { CommitMessageRequest } from '../messages.ts';
import { repositories, type Repository } from './git.ts';

export async function commitMessage(ctx: Ctx, argument: unknown): Promise<void> {
  const client = await ctx.connection();
  const repository = await chooseRepository(argument);
  if (repository === undefined) return;
  const folder = folderOf(repository);
  const params = { folder: folder === undefined ? null : client.code2ProtocolConverter.asUri(folder) };
  const made = await withCancel('writing a commit message', (token) => client.sendRequest(CommitMessageRequest, params, token));
  if (made === undefined) return;
  if (repository !== 'none') {
    if (await mayReplace(repository.inputBox.value, made.message)) repository.inputBox.value = made.message;
    return;
  }
  if ((await window.showInformationMessage(made.message, { modal: true }, 'Copy')) === 'Copy') {
    await env.clipboard.writeText(made.message);
  }
}

/** The one whose button was pressed, else the only one, else the chosen one; undefined when the user chose none. */
async function chooseRepository(argument: unknown): Promise<Repository | 'none' | undefined> {
  const all = await repositories();
  const root = rootOf(argument)?.toString();
  const pressed = all.find(({ rootUri }) => rootUri.toString() === root);
  if (pressed !== undefined || all.length <= 1) return pressed ?? all[0] ?? 'none';
  const items = all.map((repository) => ({ label: workspace.asRelativePath(repository.rootUri), repository }));
  return (await window.showQuickPick(items, { title: 'JoxCoder: commit message for which repository?' }))?.repository;
}

/** Source Control's buttons bring their repository. */
function rootOf(argument: unknown): Uri | undefined {
  const root = typeof argument === 'object' && argument !== null && 'rootUri' in argument ? argument.rootUri : undefined;
  return root instanceof Uri ? root : undefined;
}

function folderOf(repository: Repository | 'none'): Uri | undefined {
  const root = repository === 'none' ? undefined : repository.rootUri;
  return root && (workspace.getWorkspaceFolder(root)?.uri ?? root);
}

/** What the user wrote is not thrown away unasked. */
async function mayReplace(written: string, message: string): Promise<boolean> {
  if (written.trim() === '' || written === message) return true;
  const question = 'JoxCoder: replace the commit message that is there?';
  return (await window.showInformationMessage(question, { modal: true, detail: message }, 'Replace')) === 'Replace';
}

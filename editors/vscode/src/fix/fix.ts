/** Fixes: resolving a code action with a notification that can be cancelled, and looking afterwards whether it helped. */

import type {
  Uri} from 'vscode';
import {
  commands,
  languages,
  window,
  workspace,
  type CancellationToken,
  type CodeAction,
  type Diagnostic,
  type Disposable,
} from 'vscode';
import { CodeActionResolveRequest, type LanguageClient } from 'vscode-languageclient/node';

import { fromServer } from '../act/arguments.ts';
import { either, isCancellation } from '../act/cancellation.ts';
import { remaining } from '../act/diagnostics.ts';
import { withCancel } from '../act/stream.ts';
import type { Ctx } from '../ctx.ts';
import type { FixApplied } from '../wire.ts';

const WAIT_MS = 5000; // for another server to look at the document again
const NOTE_MS = 4000; // how long a note stays in the status bar

/** What was reported before the edit of the last fix, by document: lines move, so it is needed to tell what went. */
export class Fixes {
  readonly #before = new Map<string, readonly Diagnostic[]>();

  remember(): void {
    this.#before.clear();
    for (const [uri, diagnostics] of languages.getDiagnostics()) this.#before.set(uri.toString(), diagnostics);
  }

  before(uri: Uri): readonly Diagnostic[] {
    return this.#before.get(uri.toString()) ?? [];
  }
}

/** The light bulb's menu, for fixes only: what is picked there runs as any code action does. */
export async function fix(): Promise<void> {
  await commands.executeCommand('editor.action.codeAction', { kind: 'quickfix.autocrea', apply: 'ifSingle' });
}

/**
 * Asks the server for the edit of an action. It calls a model, so there is a notification with Cancel. A failure was shown
 * by the server already (`window/showMessage`): the action then comes back without an edit, and nothing happens.
 */
export async function resolve(
  client: LanguageClient,
  fixes: Fixes,
  action: CodeAction,
  token: CancellationToken,
): Promise<CodeAction> {
  // Without data there is nothing to ask about: the action was complete when it was listed.
  if (action.edit !== undefined || (action as { readonly data?: unknown }).data === undefined) return action;
  fixes.remember();
  const params = client.code2ProtocolConverter.asCodeActionSync(action);
  try {
    const resolved = await withCancel(action.title, async (cancel) => {
      const both = either(token, cancel);
      try {
        return await client.sendRequest(CodeActionResolveRequest.type, params, both.token);
      } finally {
        both.dispose();
      }
    });
    return resolved === undefined ? action : await client.protocol2CodeConverter.asCodeAction(resolved, token);
  } catch (error) {
    if (!isCancellation(error)) client.outputChannel.warn(`${action.title}: ${String(error)}`);
    return action;
  }
}

/** Says whether the diagnostics of an applied fix are gone, and offers undo if not. */
export async function applied(ctx: Ctx, argument: unknown): Promise<void> {
  const fixed = fromServer(argument) as FixApplied | undefined;
  if (fixed === undefined || fixed.diagnostics.length === 0) return;
  const uri = (await ctx.connection()).protocol2CodeConverter.asUri(fixed.uri);
  const document = await workspace.openTextDocument(uri);
  const version = document.version;
  const left = (): number => remaining(fixed.diagnostics, ctx.fixes.before(uri), languages.getDiagnostics(uri));
  if (await untilGone(uri, left)) {
    window.setStatusBarMessage('$(pass) JoxCoder: fixed', NOTE_MS);
    return;
  }
  const message =
    left() === fixed.diagnostics.length
      ? 'JoxCoder: the fix is in, but the problem is still reported.'
      : 'JoxCoder: the fix is in, but some of the problems are still reported.';
  const answers = document.version === version ? ['Undo', 'Keep'] : ['Keep'];
  if ((await window.showInformationMessage(message, ...answers)) !== 'Undo') return;
  if (document.isClosed || document.version !== version) {
    throw new Error('the document has changed since; undo by hand what you do not want');
  }
  await window.showTextDocument(document);
  await commands.executeCommand('undo');
}

function untilGone(uri: Uri, left: () => number): Promise<boolean> {
  if (left() === 0) return Promise.resolve(true);
  return new Promise((resolveWith) => {
    const end = (gone: boolean): void => {
      clearTimeout(timer);
      listening.dispose();
      resolveWith(gone);
    };
    const timer = setTimeout(() => {
      end(false);
    }, WAIT_MS);
    const listening: Disposable = languages.onDidChangeDiagnostics(({ uris }) => {
      if (uris.some((changed) => changed.toString() === uri.toString()) && left() === 0) end(true);
    });
  });
}

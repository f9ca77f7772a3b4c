/** Wishes to stop: which failures are only that, and one wish of two. */

import { CancellationError, CancellationTokenSource, type CancellationToken } from 'vscode';
import { LSPErrorCodes, ResponseError } from 'vscode-languageclient/node';

export function isCancellation(error: unknown): boolean {
  if (error instanceof CancellationError) return true;
  return error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled;
}
/** A token that is cancelled when either of the two is. */
export function either(first: CancellationToken, second: CancellationToken): { readonly token: CancellationToken; dispose(): void } {
  const source = new CancellationTokenSource();
  const cancel = (): void => {
    source.cancel();
  };
  if (first.isCancellationRequested || second.isCancellationRequested) cancel();
  const listening = [first.onCancellationRequested(cancel), second.onCancellationRequested(cancel)];
  return {
    token: source.token,
    dispose: () => {
      for (const one of listening) one.dispose();
      source.dispose();
    },
  };
}

/** Requests whose answer takes a while: streamed, shown as progress, cancelled. */

import { CancellationError, ProgressLocation, window, type CancellationToken } from 'vscode';
import type { LanguageClient, RequestType } from 'vscode-languageclient/node';

import { Streamed } from '../messages.ts';
import { isCancellation } from './cancellation.ts';

const NAME = 'JoxCoder:'; // the server's actions have it in their titles

/** Asks, and tells each piece of text that comes before the answer. */
export async function stream<P extends { readonly partialResultToken?: string | number | null }, R>(
  client: LanguageClient,
  type: RequestType<P, R, void>,
  params: P,
  onText: (piece: string) => void,
  token: CancellationToken,
): Promise<R> {
  const partialResultToken = crypto.randomUUID();
  const listening = client.onProgress(Streamed, partialResultToken, ({ text }) => {
    if (!token.isCancellationRequested) onText(text);
  });
  try {
    const answer = await client.sendRequest<R | null>(type.method, { ...params, partialResultToken }, token);
    if (answer === null) throw new CancellationError(); // by the server's own progress
    return answer;
  } finally {
    listening.dispose();
  }
}

/** Runs with a notification that has a Cancel button; undefined when it was cancelled, here or in the server. */
export function withCancel<T extends object>(title: string, run: (token: CancellationToken) => Promise<T | null>): Promise<T | undefined> {
  const options = { location: ProgressLocation.Notification, title: title.startsWith(NAME) ? title : `${NAME} ${title}`, cancellable: true };
  return Promise.resolve(
    window.withProgress(options, async (_progress, token) => {
      try {
        return (await run(token)) ?? undefined;
      } catch (error) {
        if (isCancellation(error)) return undefined;
        throw error;
      }
    }),
  );
}

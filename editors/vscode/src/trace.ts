/** What the client's protocol trace may hold. */

import type { LogOutputChannel } from 'vscode';

/**
 * The same channel, except that traces keep their first line only: which message, and how long it took.
 * The bodies hold the text of files and once, in the answer to `autocrea/credentials`, the key.
 */
export function withoutBodies(log: LogOutputChannel): LogOutputChannel {
  const trace = (message: string): void => {
    log.trace(message.startsWith('{') ? '(a message; bodies are not logged)' : (message.split('\n', 1)[0] ?? ''));
  };
  return Object.create(log, { trace: { value: trace } }) as LogOutputChannel;
}

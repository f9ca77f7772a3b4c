/** What a command was called with. Plain values: nothing here needs VS Code. */

/**
 * The server's value, when a code action called. The palette gives nothing; a menu gives the document's Uri, which has a
 * scheme as no value of ours has.
 */
export function fromServer(argument: unknown): object | undefined {
  return typeof argument === 'object' && argument !== null && !('scheme' in argument) ? argument : undefined;
}

/** What VS Code calls. */

import type { ExtensionContext } from 'vscode';

import { registerCommands } from './commands.ts';
import { Ctx } from './ctx.ts';

/** The only module state: `deactivate` gets no argument. */
let ctx: Ctx | undefined;

export function activate(extension: ExtensionContext): void {
  ctx = new Ctx(extension);
  extension.subscriptions.push(ctx, ...registerCommands(ctx));
}

export async function deactivate(): Promise<void> {
  await ctx?.close();
  ctx = undefined;
}

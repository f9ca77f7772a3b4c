/** VS Code's configuration, read and written for the server. */

import { ConfigurationTarget, workspace, type ConfigurationScope } from 'vscode';

import { SECTION, targetOf, userSettings, userValue, type Tree } from './settings.ts';

const TARGETS = {
  global: ConfigurationTarget.Global,
  workspace: ConfigurationTarget.Workspace,
  workspaceFolder: ConfigurationTarget.WorkspaceFolder,
} as const;

/** What the user set, for the whole window or for one document. */
export function readSettings(keys: readonly string[], scope?: ConfigurationScope): Tree {
  const configuration = workspace.getConfiguration(SECTION, scope);
  return userSettings(keys, (key) => configuration.inspect(key));
}

/** The names of the settings that the user set. */
export function changedSettings(keys: readonly string[], scope?: ConfigurationScope): string[] {
  const configuration = workspace.getConfiguration(SECTION, scope);
  return keys.filter((key) => userValue(configuration.inspect(key)) !== undefined);
}

export function read<T>(key: string, fallback: T, scope?: ConfigurationScope): T {
  return workspace.getConfiguration(SECTION, scope).get(key, fallback);
}

/** Writes where it takes effect. */
export async function write(key: string, value: unknown, scope?: ConfigurationScope): Promise<void> {
  const configuration = workspace.getConfiguration(SECTION, scope);
  await configuration.update(key, value, TARGETS[targetOf(configuration.inspect(key))]);
}

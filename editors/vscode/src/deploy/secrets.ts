/** Tokens of hosts and values of variables, in VS Code's secret storage; they go to the language server only. */

import { window, type SecretStorage } from 'vscode';

import type { DeployEnvironment } from '../wire.ts';

const NOTE_MS = 4000; // how long a note stays in the status bar

function variableKey(name: string): string {
  return `autocrea.env.${name}`;
}

/** What is stored of these variables. */
export async function environment(secrets: SecretStorage, names: readonly string[]): Promise<DeployEnvironment> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = await secrets.get(variableKey(name));
    if (value !== undefined) values[name] = value;
  }
  return { values };
}

/** Asks for a variable and keeps its value. */
export async function setVariable(secrets: SecretStorage): Promise<void> {
  const name = await window.showInputBox({
    title: 'Variable for deployments',
    prompt: 'Its name. Deployments get it when they name it.',
    validateInput: (text) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? undefined : 'Letters, digits and _ only.'),
  });
  if (name === undefined) return;
  const value = await window.showInputBox({
    title: name,
    prompt: "Its value, kept in VS Code's secret storage; empty: forget it.",
    password: true,
    ignoreFocusOut: true,
  });
  if (value === undefined) return;
  if (value === '') await secrets.delete(variableKey(name));
  else await secrets.store(variableKey(name), value);
  window.setStatusBarMessage(value === '' ? `AUTOCREA: ${name} forgotten` : `AUTOCREA: ${name} stored`, NOTE_MS);
}

/** Asks for a host's token and keeps it under that key. */
export async function setToken(secrets: SecretStorage, key: string, title: string): Promise<void> {
  const token = await window.showInputBox({
    title: `Token of ${title}`,
    prompt:
      "Of your account, or of one project where the host has such. Kept in VS Code's secret storage, and given to the " +
      'language server only; empty: forget it.',
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (/^\S*$/.test(value.trim()) ? undefined : 'A token is one word, without spaces.'),
  });
  if (token === undefined) return;
  if (token.trim() === '') await secrets.delete(key);
  else await secrets.store(key, token.trim());
  window.setStatusBarMessage(token.trim() === '' ? 'AUTOCREA: token forgotten' : 'AUTOCREA: token stored', NOTE_MS);
}

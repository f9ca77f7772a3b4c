/** What to do when no server was found. */

import { commands, env, window, workspace } from 'vscode';

import { write } from './configuration.ts';

const INSTALL = 'Install with pip/uv…';
const CHOOSE = 'Choose Server…';
const LOGS = 'Show Logs';

const RECIPES = [
  { label: 'pip install "autocrea-lsp[local]"', description: 'into the Python environment that is active in your terminal' },
  { label: 'uv tool install "autocrea-lsp[local]"', description: 'into an environment of its own, on your PATH' },
  { label: 'pipx install "autocrea-lsp[local]"', description: 'into an environment of its own, on your PATH' },
];

export async function offerRemedies(): Promise<void> {
  const answer = await window.showWarningMessage('AUTOCREA: the language server was not found.', INSTALL, CHOOSE, LOGS);
  if (answer === INSTALL) await offerRecipes();
  else if (answer === CHOOSE) await chooseServer();
  else if (answer === LOGS) await commands.executeCommand('autocrea.showLogs');
}

async function offerRecipes(): Promise<void> {
  const recipe = await window.showQuickPick(RECIPES, { title: 'Copy a command that installs the language server' });
  if (recipe === undefined) return;
  await env.clipboard.writeText(recipe.label);
  const answer = await window.showInformationMessage(
    'Copied. Run it in a terminal, then restart the server.',
    'Restart Server',
  );
  if (answer !== undefined) await commands.executeCommand('autocrea.restartServer');
}

async function chooseServer(): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const [file] =
    (await window.showOpenDialog({
      title: 'The autocrea-lsp program',
      openLabel: 'Use',
      ...(folder === undefined ? {} : { defaultUri: folder }),
    })) ?? [];
  if (file !== undefined) await write('server.path', file.fsPath); // the change starts it
}

/** The palette's commands. */

import { commands, env, Uri, version, window, workspace, type Disposable } from 'vscode';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';

import { ACTS, type Run } from './acts.ts';
import { changedSettings, read, write } from './configuration.ts';
import { secretKey, type Ctx } from './ctx.ts';
import { DEPLOY_COMMANDS } from './deploy/commands.ts';
import { debugInformation } from './debugInformation.ts';
import { documentInFront } from './documents.ts';
import { installModel } from './install.ts';
import { acts } from './statusText.ts';
import { Command, type LogLocation } from './wire.ts';

const NOTE_MS = 4000; // how long a note stays in the status bar

const COMMANDS: Record<string, Run> = {
  ...ACTS,
  ...DEPLOY_COMMANDS,
  'autocrea.toggleCompletions': toggleCompletions,
  'autocrea.toggleLanguage': toggleLanguage,
  'autocrea.triggerSuggestion': async () => {
    await commands.executeCommand('editor.action.inlineSuggest.trigger');
  },
  'autocrea.setApiKey': setApiKey,
  'autocrea.clearApiKey': clearApiKey,
  'autocrea.installModel': install,
  'autocrea.restartServer': (ctx) => ctx.restart(),
  'autocrea.showStatus': showStatus,
  'autocrea.showLogs': (ctx) => {
    ctx.log.show();
  },
  'autocrea.showServerLog': showServerLog,
  'autocrea.copyDebugInformation': copyDebugInformation,
};

/** Registers all of them. A command is an act of the user, so its failure is shown. */
export function registerCommands(ctx: Ctx): Disposable[] {
  return Object.entries(COMMANDS).map(([id, run]) =>
    commands.registerCommand(id, async (argument: unknown) => {
      try {
        await run(ctx, argument);
      } catch (error) {
        await ctx.report(id, error);
      }
    }),
  );
}

async function toggleCompletions(): Promise<void> {
  const document = documentInFront();
  const enabled = read<boolean>('inline.enable', true, document);
  await write('inline.enable', !enabled, document);
  if (enabled) await commands.executeCommand('editor.action.inlineSuggest.hide');
}

async function toggleLanguage(): Promise<void> {
  const document = documentInFront();
  if (document === undefined) return;
  const language = document.languageId;
  const disabled = read<string[]>('inline.disabledLanguages', [], document);
  const isOff = disabled.includes(language);
  await write(
    'inline.disabledLanguages',
    isOff ? disabled.filter((id) => id !== language) : [...disabled, language],
    document,
  );
  if (!isOff) await commands.executeCommand('editor.action.inlineSuggest.hide');
}

async function setApiKey(ctx: Ctx): Promise<void> {
  const key = await window.showInputBox({
    title: 'Anthropic API key',
    prompt: "Kept in VS Code's secret storage, and given to the language server only.",
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (/^\S+$/.test(value.trim()) ? undefined : 'A key is one word, without spaces.'),
  });
  if (key === undefined) return;
  await ctx.extension.secrets.store(secretKey('anthropic'), key.trim());
  window.setStatusBarMessage('AUTOCREA: key stored', NOTE_MS);
}

async function clearApiKey(ctx: Ctx): Promise<void> {
  await ctx.extension.secrets.delete(secretKey('anthropic'));
  window.setStatusBarMessage('AUTOCREA: key cleared', NOTE_MS);
}

async function install(ctx: Ctx): Promise<void> {
  const installed = await installModel(await ctx.connection());
  if (installed === undefined) return;
  window.setStatusBarMessage('AUTOCREA: the embedded model is installed', NOTE_MS);
  await ctx.refreshStatus();
}

async function showStatus(ctx: Ctx): Promise<void> {
  const document = documentInFront();
  const view = ctx.statusBar.view;
  const list = acts({
    view,
    enabled: read<boolean>('inline.enable', true, document),
    language: document && {
      id: document.languageId,
      enabled: !read<string[]>('inline.disabledLanguages', [], document).includes(document.languageId),
    },
  });
  const chosen = await window.showQuickPick(list, { title: 'JoxCoder', placeHolder: view.message });
  if (chosen !== undefined) await commands.executeCommand(chosen.command);
}

async function showServerLog(ctx: Ctx): Promise<void> {
  const params = { command: Command.LOG, arguments: [] };
  const { path } = (await (await ctx.connection()).sendRequest(ExecuteCommandRequest.type, params)) as LogLocation;
  await window.showTextDocument(Uri.file(path));
}

async function copyDebugInformation(ctx: Ctx): Promise<void> {
  await env.clipboard.writeText(
    debugInformation({
      extension: String((ctx.extension.extension.packageJSON as { version: unknown }).version),
      editor: `${env.appName} ${version}`,
      platform: `${process.platform} ${process.arch}, Node ${process.version}`,
      remote: env.remoteName,
      trusted: workspace.isTrusted,
      server: ctx.server,
      status: ctx.statusBar.view,
      hasKey: (await ctx.secret('anthropic')) !== undefined,
      settings: changedSettings(ctx.keys, documentInFront()),
    }),
  );
  window.setStatusBarMessage('AUTOCREA: debug information copied', NOTE_MS);
}

// A home, user data and a workspace of its own for one code-server: no real one is ever touched.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { SERVER } from './paths.mjs';

/** A quiet workbench in which typed keys insert exactly themselves. */
const SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'remote.autoForwardPorts': false, // or the ports of a busy machine bring a message of their own
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'files.autoSave': 'off',
  'files.hotExit': 'off',
  'window.confirmBeforeClose': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoIndent': 'none',
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.wordBasedSuggestions': 'off',
  'editor.parameterHints.enabled': false,
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
};

/** Of our own environment these would leak into VS Code or decide who answers. */
const DROPPED = /^(VSCODE_|ELECTRON_|CODE_SERVER_|CS_|ANTHROPIC_|AUTOCREA_|XDG_|PORT$|PASSWORD$|HASHED_PASSWORD$|NODE_OPTIONS$|VIRTUAL_ENV$|PYTHON)/;

/**
 * `settings` are the user's, `machineSettings` those that VS Code takes from the machine only (server path, base URL…),
 * `files` go into the workspace, `env` to code-server and from there to the extension and the language server.
 * With `git` the workspace is a repository that holds the files.
 */
export function createSandbox({ settings = {}, machineSettings = {}, files = {}, env = {}, git = false }) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'autocrea-vscode-'));
  const at = (...parts) => path.join(root, ...parts);
  writeJson(at('data/User/settings.json'), { ...SETTINGS, ...settings });
  writeJson(at('data/Machine/settings.json'), machineSettings);
  for (const [name, text] of Object.entries(files)) write(at('workspace', name), text);
  for (const folder of ['home', 'bin', 'autocrea', 'workspace']) fs.mkdirSync(at(folder), { recursive: true });
  // The server is found as a user's would be: by its name on PATH, which VS Code takes from the login shell.
  fs.symlinkSync(SERVER, at('bin/autocrea-lsp'));
  write(at('home/.profile'), `export PATH="${at('bin')}:$PATH"\n`);
  if (git) commitAll(at('workspace'));
  const inherited = Object.entries(process.env).filter(([name]) => !DROPPED.test(name));
  return {
    root,
    workspace: at('workspace'),
    data: at('data'),
    autocrea: at('autocrea'),
    serverLog: at('code-server.log'),
    env: {
      ...Object.fromEntries(inherited),
      HOME: at('home'),
      XDG_CONFIG_HOME: at('home/.config'),
      XDG_DATA_HOME: at('home/.local/share'),
      XDG_STATE_HOME: at('home/.local/state'),
      XDG_CACHE_HOME: at('home/.cache'),
      AUTOCREA_HOME: at('autocrea'),
      SHELL: '/bin/bash',
      // An empty gallery: nobody is asked for extensions.
      EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' }),
      ...env,
    },
    /** The language server, as it is found on PATH. */
    program: at('bin/autocrea-lsp'),
    machineSettings: () => JSON.parse(fs.readFileSync(at('data/Machine/settings.json'), 'utf8')),
    /** Replaces the machine's settings, as an edit of the file would. */
    configureMachine: (values) => writeJson(at('data/Machine/settings.json'), values),
    read: (name) => fs.readFileSync(at('workspace', name), 'utf8'),
    remove: () => fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The files of a sandbox in which a text stands. */
export function filesHolding(sandbox, text) {
  return fs
    .readdirSync(sandbox.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => fs.readFileSync(file).includes(text));
}

function writeJson(file, value) {
  write(file, JSON.stringify(value, null, 2));
}

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

function commitAll(folder) {
  const who = ['-c', 'user.name=Tests', '-c', 'user.email=tests@example.invalid', '-c', 'commit.gpgsign=false'];
  for (const args of [['init', '--quiet'], ['add', '.'], [...who, 'commit', '--quiet', '--message', 'Begin']]) {
    execFileSync('git', args, { cwd: folder, env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } });
  }
}

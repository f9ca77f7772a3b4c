// Starts and stops code-server, which is VS Code with its window in a browser.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';

import { CODE_SERVER, INSTALLED } from './paths.mjs';
import { until } from './until.mjs';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

/** Installs packaged extensions into the folder that all suites share. */
export function installExtensions(sandbox, packages) {
  fs.rmSync(INSTALLED, { recursive: true, force: true });
  const install = packages.flatMap((vsix) => ['--install-extension', vsix]);
  execFileSync(process.execPath, [CODE_SERVER, ...folders(sandbox), ...install], { env: sandbox.env, stdio: 'pipe' });
}

export async function startCodeServer(sandbox, { trust = false } = {}) {
  const flags = ['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--ignore-last-opened'];
  flags.push('--disable-telemetry', '--disable-update-check', '--disable-getting-started-override');
  if (!trust) flags.push('--disable-workspace-trust');
  const log = fs.openSync(sandbox.serverLog, 'a');
  // A process group of its own: the extension host, terminals and the language server go with it.
  const child = spawn(process.execPath, [CODE_SERVER, ...folders(sandbox), ...flags], {
    env: sandbox.env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  fs.closeSync(log);
  const url = await until('code-server to listen', () => {
    if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}`);
    return /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(fs.readFileSync(sandbox.serverLog, 'utf8'))?.[1];
  }, START_TIMEOUT_MS);
  return { url, stop: () => stop(child) };
}

function folders(sandbox) {
  return ['--config', '/dev/null', '--user-data-dir', sandbox.data, '--extensions-dir', INSTALLED];
}

async function stop(child) {
  const gone = new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', resolve);
  });
  signal(child, 'SIGTERM');
  const timer = setTimeout(() => signal(child, 'SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
  signal(child, 'SIGKILL'); // whoever is left of the group
}

function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

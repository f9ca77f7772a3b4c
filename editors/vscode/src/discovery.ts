/** Finds the language server: the setting, else the program on PATH, else a Python in which it is installed. */

import { execFile, type ExecFileException } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

export const PROGRAM = 'autocrea-lsp';
const MODULE = 'autocrea_lsp';
const MINIMUM_VERSION = [0, 1, 0] as const;
const VERSION_TIMEOUT_MS = 15_000; // a cold Python on a slow disk; measured 0.3 s when warm

export type Source = 'setting' | 'path' | 'interpreterSetting' | 'pythonExtension';

export interface Launch {
  readonly source: Source;
  readonly command: string;
  readonly args: readonly string[];
}

export interface Found extends Launch {
  readonly version: string;
}

/** No server: what was looked at and why it would not do. */
export interface Missing {
  readonly tried: readonly string[];
}

export interface Places {
  /** `autocrea.server.path`, "" when not set; when it is set nothing else is tried. */
  readonly configuredPath: string;
  /** `autocrea.python.interpreter`, "" when not set. */
  readonly interpreter: string;
  /** The interpreter that the Python extension has chosen, if there is one. */
  readonly pythonExtension: () => Promise<string | undefined>;
  readonly trusted: boolean;
  /** Absolute paths of the workspace's folders. */
  readonly folders: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The first place that holds a working server. Of an untrusted workspace nothing is run, not even to ask its version. */
export async function findServer(places: Places): Promise<Found | Missing> {
  const tried: string[] = [];
  for await (const launch of candidates(places)) {
    if (!places.trusted && (await isInside(launch.command, places.folders))) {
      tried.push(`${launch.command}: lies in a workspace that is not trusted`);
      continue;
    }
    const answer = await askVersion(launch, places.env);
    if ('version' in answer) return { ...launch, version: answer.version };
    tried.push(`${[launch.command, ...launch.args].join(' ')}: ${answer.problem}`);
  }
  return { tried: tried.length > 0 ? tried : [`${PROGRAM} is not on PATH, and no Python interpreter is known`] };
}

/** Where a child may run: a folder that nobody else fills with modules or programs of the same name. */
export function workingDirectory(): string {
  return homedir();
}

async function* candidates(places: Places): AsyncGenerator<Launch> {
  if (places.configuredPath !== '') {
    yield { source: 'setting', command: expandHome(places.configuredPath), args: [] };
    return;
  }
  for (const command of await onPath(PROGRAM, places.env)) yield { source: 'path', command, args: [] };
  if (places.interpreter !== '') yield asModule('interpreterSetting', expandHome(places.interpreter));
  const chosen = await places.pythonExtension();
  if (chosen !== undefined) yield asModule('pythonExtension', chosen);
}

/** -P: the current folder is not searched for modules, or a file called like ours would be run instead. */
function asModule(source: Source, interpreter: string): Launch {
  return { source, command: interpreter, args: ['-P', '-m', MODULE] };
}

/** Every program of that name on PATH. Relative entries are skipped: they mean whatever folder we are in. */
async function onPath(name: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const entries = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry));
  const found: string[] = [];
  for (const entry of new Set(entries)) {
    const full = path.join(entry, file);
    if (await isExecutable(full)) found.push(full);
  }
  return found;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function askVersion(launch: Launch, env: NodeJS.ProcessEnv): Promise<{ version: string } | { problem: string }> {
  const options = { timeout: VERSION_TIMEOUT_MS, env, cwd: workingDirectory(), windowsHide: true };
  return new Promise((resolve) => {
    execFile(launch.command, [...launch.args, '--version'], options, (error, stdout, stderr) => {
      const version = /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0];
      if (error !== null) resolve({ problem: problemOf(error, stderr) });
      else if (version === undefined) resolve({ problem: 'did not tell its version' });
      else if (isOlder(version)) resolve({ problem: `is version ${version}; ${MINIMUM_VERSION.join('.')} or newer is needed` });
      else resolve({ version });
    });
  });
}

function problemOf(error: ExecFileException, stderr: string): string {
  if (error.code === 'ENOENT') return 'does not exist';
  if (error.code === 'EACCES') return 'may not be run';
  if (error.killed === true) return `did not tell its version within ${String(VERSION_TIMEOUT_MS / 1000)} s`;
  const lastLine = stderr.trim().split('\n').at(-1);
  return lastLine === undefined || lastLine === '' ? error.message : lastLine;
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [index, minimum] of MINIMUM_VERSION.entries()) {
    const part = parts[index] ?? 0;
    if (part !== minimum) return part < minimum;
  }
  return false;
}

/** By name and by what the name leads to: a virtual environment's `python` is a link that points out of its folder. */
async function isInside(file: string, folders: readonly string[]): Promise<boolean> {
  const real = path.join(await resolved(path.dirname(file)), path.basename(file));
  for (const folder of folders) {
    if (contains(folder, file) || contains(await resolved(folder), real)) return true;
  }
  return false;
}

function contains(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

async function resolved(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    return folder; // it is not there: its name is all there is to judge
  }
}

function expandHome(file: string): string {
  return file === '~' || file.startsWith('~/') ? path.join(homedir(), file.slice(1)) : file;
}

// Where things are. Everything that is installed or written lies under .vscode-e2e at the repository root.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const EXTENSION = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
export const ROOT = path.dirname(path.dirname(EXTENSION));
export const TOOLS = path.join(ROOT, '.vscode-e2e');
export const OUT = path.join(TOOLS, 'out');
/** Screenshots of what went well; those of failures lie beside them, by suite. */
export const SHOTS = path.join(OUT, 'shots');
/** The packaged extensions, installed: filled by run.mjs, used by every suite. */
export const INSTALLED = path.join(TOOLS, 'extensions');
/** An extension of the tests' own, for problems to fix. */
export const LINTER = path.join(EXTENSION, 'test/e2e/harness/linter');
export const RUFF = path.join(ROOT, '.venv/bin/ruff');
/** Node 24, which code-server needs; the machine's own may be older. */
export const NODE = path.join(ROOT, '.venv/bin/node');
export const PYTHON = path.join(ROOT, '.venv/bin/python');
/** The language server under test; another can be named to find out on which side a fault lies. */
export const SERVER = process.env.AUTOCREA_E2E_SERVER ?? path.join(ROOT, '.venv/bin/autocrea-lsp');
export const CHROMIUM = '/usr/bin/chromium';

const APP = path.join(TOOLS, 'app');
export const CODE_SERVER = path.join(APP, 'node_modules/code-server/out/node/entry.js');

export function playwright() {
  return createRequire(path.join(APP, 'package.json'))('playwright-core');
}

/** Says what is missing and what to do about it, or nothing. */
export function missing() {
  for (const file of [CODE_SERVER, CHROMIUM]) {
    if (!fs.existsSync(file)) return `${file} is missing: run editors/vscode/test/e2e/setup.sh first`;
  }
  for (const file of [NODE, PYTHON, SERVER]) {
    if (!fs.existsSync(file)) return `${file} is missing: set up the development environment first`;
  }
  return undefined;
}

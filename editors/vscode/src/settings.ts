/** Which of the server's settings the user really set: defaults are the server's own business. */

export const SECTION = 'autocrea';

/** What VS Code's `WorkspaceConfiguration.inspect` says about one setting, as far as it matters here. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
  readonly globalLanguageValue?: unknown;
  readonly workspaceLanguageValue?: unknown;
  readonly workspaceFolderLanguageValue?: unknown;
}

export type Inspect = (key: string) => Inspected | undefined;

export type Tree = Record<string, unknown>;

/** Settings of the extension itself, which the server does not know. */
const OWN = ['server.path', 'server.args', 'python.interpreter'];

/** The server's setting names, without the section, from the extension's manifest. */
export function serverKeys(manifest: unknown): string[] {
  const sections = at(manifest, 'contributes', 'configuration');
  if (!Array.isArray(sections)) return [];
  return sections
    .flatMap((section: unknown) => Object.keys(at(section, 'properties') ?? {}))
    .map((key) => key.slice(SECTION.length + 1))
    .filter((key) => !OWN.includes(key));
}

/** The values that the user set, nested as the server reads them: `inline.enable` becomes `{inline: {enable}}`. */
export function userSettings(keys: readonly string[], inspect: Inspect): Tree {
  const tree: Tree = {};
  for (const key of keys) {
    const value = userValue(inspect(key));
    if (value === undefined) continue;
    const groups = key.split('.');
    const leaf = groups.pop() ?? key;
    let node = tree;
    for (const group of groups) node = (node[group] ??= {}) as Tree;
    node[leaf] = value;
  }
  return tree;
}

/** The nearest value wins, and a value for the language wins over one for all: VS Code's own order. */
export function userValue(inspected: Inspected | undefined): unknown {
  return (
    inspected?.workspaceFolderLanguageValue ??
    inspected?.workspaceLanguageValue ??
    inspected?.globalLanguageValue ??
    inspected?.workspaceFolderValue ??
    inspected?.workspaceValue ??
    inspected?.globalValue
  );
}

/** Where a new value has to be written so that it takes effect: where the user has set one already, else globally. */
export function targetOf(inspected: Inspected | undefined): 'global' | 'workspace' | 'workspaceFolder' {
  if (inspected?.workspaceFolderValue !== undefined) return 'workspaceFolder';
  return inspected?.workspaceValue !== undefined ? 'workspace' : 'global';
}

function at(value: unknown, ...path: string[]): object | undefined {
  let node: unknown = value;
  for (const key of path) node = typeof node === 'object' && node !== null ? (node as Tree)[key] : undefined;
  return typeof node === 'object' && node !== null ? node : undefined;
}

/** As much of the built-in Git extension's API (version 1) as we use. It may be absent or switched off. */

import { extensions, type Uri } from 'vscode';

export interface Repository {
  readonly rootUri: Uri;
  readonly inputBox: { value: string };
}

interface GitExtension {
  getAPI(version: 1): { readonly repositories: readonly Repository[] };
}

/** The open repositories; none where Git is not there. */
export async function repositories(): Promise<readonly Repository[]> {
  const git = extensions.getExtension<GitExtension>('vscode.git');
  if (git === undefined) return [];
  try {
    return (await git.activate()).getAPI(1).repositories;
  } catch {
    return []; // switched off by git.enabled
  }
}

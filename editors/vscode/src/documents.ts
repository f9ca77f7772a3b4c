/** Which documents the server is told about. */

import { languages, window, type TextDocument } from 'vscode';

export const SELECTOR = [{ scheme: 'file' }, { scheme: 'untitled' }, { scheme: 'vscode-notebook-cell' }];

export function isOurs(document: TextDocument): boolean {
  return languages.match(SELECTOR, document) > 0;
}

export function documentInFront(): TextDocument | undefined {
  const document = window.activeTextEditor?.document;
  return document !== undefined && isOurs(document) ? document : undefined;
}

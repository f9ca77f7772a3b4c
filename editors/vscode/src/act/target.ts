/** What an act is about: the document in front, its selection and what is wrong there, as the server wants them. */

import type { Range} from 'vscode';
import { languages, window, type Diagnostic, type TextDocument } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

import { isOurs } from '../documents.ts';
import type { DiagnosticRef, Range as WireRange } from '../wire.ts';
import { diagnosticRef } from './diagnostics.ts';

export interface Target {
  readonly document: TextDocument;
  readonly uri: string;
  readonly selection: Range;
  /** The selection, for the server. */
  readonly range: WireRange;
}

/** The editor in front; an Error that can be shown when there is none. */
export function targetInFront(client: LanguageClient): Target {
  const target = maybeTarget(client);
  if (target === undefined) throw new Error('open a file first');
  return target;
}

export function maybeTarget(client: LanguageClient): Target | undefined {
  const editor = window.activeTextEditor ?? window.visibleTextEditors.find(({ document }) => isOurs(document));
  if (editor === undefined || !isOurs(editor.document)) return undefined;
  const { document, selection } = editor;
  const uri = client.code2ProtocolConverter.asUri(document.uri);
  return { document, uri, selection, range: client.code2ProtocolConverter.asRange(selection) };
}

/** What other servers say is wrong on the lines of a range. */
export function diagnosticsIn(client: LanguageClient, document: TextDocument, range: Range): DiagnosticRef[] {
  return languages
    .getDiagnostics(document.uri)
    .filter((diagnostic) => onLinesOf(diagnostic, range))
    .map((diagnostic) => diagnosticRef(diagnostic, client.code2ProtocolConverter.asRange(diagnostic.range)));
}

function onLinesOf(diagnostic: Diagnostic, range: Range): boolean {
  return diagnostic.range.start.line <= range.end.line && diagnostic.range.end.line >= range.start.line;
}

/** Applying what the server answers to "accept". */

import type { Uri} from 'vscode';
import { window, workspace } from 'vscode';
import { CreateFile, TextDocumentEdit, type LanguageClient, type WorkspaceEdit } from 'vscode-languageclient/node';

/** Applies it, and saves the files that it makes; false when a document has changed meanwhile. */
export async function applyEdit(client: LanguageClient, edit: WorkspaceEdit): Promise<boolean> {
  if (edit.documentChanges === undefined && edit.changes === undefined) return true; // nothing to apply
  const uriOf = (uri: string): Uri => client.protocol2CodeConverter.asUri(uri);
  // VS Code's own WorkspaceEdit has no versions, so nobody else would refuse.
  if (versionedEdits(edit).some(({ textDocument }) => isStale(uriOf(textDocument.uri), textDocument.version))) return false;
  if (!(await workspace.applyEdit(await client.protocol2CodeConverter.asWorkspaceEdit(edit)))) return false;
  for (const { uri } of (edit.documentChanges ?? []).filter((change) => CreateFile.is(change))) {
    const document = await workspace.openTextDocument(uriOf(uri));
    if (!(await document.save())) throw new Error(`${document.fileName} was not saved`);
    await window.showTextDocument(document, { preview: false });
  }
  return true;
}

function versionedEdits(edit: WorkspaceEdit): TextDocumentEdit[] {
  return (edit.documentChanges ?? []).filter((change) => TextDocumentEdit.is(change));
}

function isStale(uri: Uri, version: number | null): boolean {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return version !== null && open !== undefined && open.version !== version;
}

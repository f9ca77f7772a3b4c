// Stands for whatever reports problems beside us: shows what Ruff says about the text of each open Python file.
// Of stubborn.py it goes on saying what it said first.
// Only where E2E_RUFF names a Ruff; in suites that do not, it does nothing.
import { spawn } from 'node:child_process';

import { Diagnostic, DiagnosticSeverity, languages, Range, workspace } from 'vscode';

export function activate(context) {
  const ruff = process.env.E2E_RUFF;
  if (!ruff) return;
  const reported = languages.createDiagnosticCollection('ruff');
  const look = async (document) => {
    if (document.languageId !== 'python' || document.uri.scheme !== 'file') return;
    if (document.uri.path.endsWith('/stubborn.py') && reported.has(document.uri)) return;
    const { version } = document;
    const found = await check(ruff, document.getText());
    if (document.version === version) reported.set(document.uri, found);
  };
  context.subscriptions.push(
    reported,
    workspace.onDidOpenTextDocument(look),
    workspace.onDidChangeTextDocument(({ document }) => look(document)),
  );
  for (const document of workspace.textDocuments) void look(document);
}

function check(ruff, text) {
  return new Promise((resolve, reject) => {
    const child = spawn(ruff, ['check', '--isolated', '--no-cache', '--output-format', 'json', '-'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (piece) => (out += piece));
    child.once('error', reject);
    child.once('close', () => resolve(JSON.parse(out).map(diagnosticOf)));
    child.stdin.end(text);
  });
}

/** Ruff counts lines and columns from 1. */
function diagnosticOf({ location, end_location: end, message, code }) {
  const range = new Range(location.row - 1, location.column - 1, end.row - 1, end.column - 1);
  return Object.assign(new Diagnostic(range, message, DiagnosticSeverity.Error), { source: 'Ruff', code });
}

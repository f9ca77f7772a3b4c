/** Code by description: asked for, shown while it comes, and then a proposal like any other. */

import { languages, window, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

import { fromServer } from '../act/arguments.ts';
import { stream, withCancel } from '../act/stream.ts';
import { maybeTarget } from '../act/target.ts';
import type { Ctx } from '../ctx.ts';
import { GenerateRequest } from '../messages.ts';
import type { GenerateParams } from '../wire.ts';

const MAX_PROMPT = 100_000; // characters, as the server has it

export async function generate(ctx: Ctx, argument: unknown): Promise<void> {
  const client = await ctx.connection();
  const given = fromServer(argument) as GenerateParams | undefined;
  const where = given ?? (await chooseWhere(client));
  if (where === undefined) return;
  const prompt = await askFor('What should be generated?', 'A login component with e-mail and password');
  if (prompt === undefined) return;
  const params = { ...where, prompt };
  const draft = await ctx.drafts.open(client, params);
  try {
    const made = await withCancel('generating', (token) =>
      stream(client, GenerateRequest, params, (piece) => {
        draft.add(piece);
      }, token),
    );
    if (made !== undefined) await ctx.proposals.show(made.proposal);
  } finally {
    await draft.close();
  }
}

/** One line of the user's; undefined when there is none. */
export async function askFor(title: string, example: string): Promise<string | undefined> {
  const text = await window.showInputBox({
    title: `JoxCoder: ${title}`,
    placeHolder: example,
    ignoreFocusOut: true,
    validateInput: (value) => (value.length > MAX_PROMPT ? 'That is too long.' : undefined),
  });
  return text === undefined || text.trim() === '' ? undefined : text;
}

async function chooseWhere(client: LanguageClient): Promise<GenerateParams | undefined> {
  const target = maybeTarget(client);
  const toFile = { label: '$(new-file) In a new file', description: 'the model names it', at: 'file' as const };
  const here = target && { label: '$(edit) At the cursor', description: workspace.asRelativePath(target.document.uri), at: 'cursor' as const };
  const named = { label: '$(file) In a new file with a name of mine…', at: 'path' as const };
  const chosen = await window.showQuickPick([...(here ? [here] : []), toFile, named], { title: 'JoxCoder: generate where?' });
  if (chosen === undefined) return undefined;
  if (chosen.at === 'cursor' && target !== undefined) {
    return { uri: target.uri, position: target.range.start, language: target.document.languageId };
  }
  if (chosen.at === 'file') return {};
  const path = await askFor('Path of the new file, from the workspace folder', 'src/components/Login.tsx');
  return path === undefined ? undefined : { path: path.trim(), language: await languageOf(path) };
}

/** Of a path, as VS Code's own languages name their files; null leaves it to the server. */
async function languageOf(path: string): Promise<string | null> {
  const known = await languages.getLanguages();
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase();
  const names: Record<string, string> = { tsx: 'typescriptreact', ts: 'typescript', jsx: 'javascriptreact', js: 'javascript', py: 'python', rs: 'rust', rb: 'ruby' };
  const language = extension === undefined ? undefined : (names[extension] ?? extension);
  return language !== undefined && known.includes(language) ? language : null;
}

/** What would be sent, or was: read-only documents. */

import { Uri, window, workspace, type Disposable, type TextDocumentContentProvider } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

import { diagnosticsIn, maybeTarget, targetInFront } from '../act/target.ts';
import type { Ctx } from '../ctx.ts';
import { askFor } from '../generate/generate.ts';
import { LastPromptRequest, PreviewRequest } from '../messages.ts';
import type { PreviewParams, PromptOf, PromptPreview } from '../wire.ts';
import { promptDocument } from './markdown.ts';

const SCHEME = 'autocrea-prompt';

export class Prompts implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registered: Disposable[];

  constructor() {
    this.#registered = [
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === SCHEME) this.#texts.delete(uri.query);
      }),
    ];
  }

  async show(preview: PromptPreview, heading: string): Promise<void> {
    const id = crypto.randomUUID();
    this.#texts.set(id, promptDocument(preview, heading));
    const document = await workspace.openTextDocument(Uri.from({ scheme: SCHEME, path: `/${heading}.md`, query: id }));
    await window.showTextDocument(document, { preview: true });
  }

  provideTextDocumentContent({ query }: Uri): string {
    return this.#texts.get(query) ?? '';
  }

  dispose(): void {
    for (const disposable of this.#registered.splice(0)) disposable.dispose();
    this.#texts.clear();
  }
}

export async function previewPrompt(ctx: Ctx): Promise<void> {
  const client = await ctx.connection();
  const chosen = await window.showQuickPick(
    (maybeTarget(client) === undefined ? CHOICES.filter(({ needsFile }) => !needsFile) : CHOICES),
    { title: 'JoxCoder: what would be sent for…' },
  );
  const params = await chosen?.params(client);
  if (params !== undefined) await ctx.prompts.show(await client.sendRequest(PreviewRequest, params), 'What would be sent');
}

export async function showLastPrompt(ctx: Ctx): Promise<void> {
  const client = await ctx.connection();
  await ctx.prompts.show(await client.sendRequest(LastPromptRequest, { prompt: null }), 'What was sent');
}

interface Choice {
  readonly label: string;
  readonly needsFile: boolean;
  readonly params: (client: LanguageClient) => Promise<PreviewParams | undefined>;
}

const CHOICES: readonly Choice[] = [
  {
    label: 'Explain',
    needsFile: true,
    params: (client) => {
      const { uri, range, document } = targetInFront(client);
      return previewOf('explain', { uri, range, language: document.languageId });
    },
  },
  {
    label: 'Fix',
    needsFile: true,
    params: (client) => {
      const { uri, range, document, selection } = targetInFront(client);
      const diagnostics = diagnosticsIn(client, document, selection);
      if (diagnostics.length === 0) throw new Error('nothing is reported on these lines');
      return previewOf('edit', { uri, range, goal: 'fix', diagnostics });
    },
  },
  {
    label: 'Refactor…',
    needsFile: true,
    params: async (client) => {
      const { uri, range } = targetInFront(client);
      const instruction = await askFor('How should this code change?', 'Split this into two functions');
      return instruction === undefined ? undefined : previewOf('edit', { uri, range, goal: 'refactor', instruction });
    },
  },
  {
    label: 'Document',
    needsFile: true,
    params: (client) => {
      const { uri, range } = targetInFront(client);
      return previewOf('edit', { uri, range, goal: 'document' });
    },
  },
  {
    label: 'Generate…',
    needsFile: false,
    params: async () => {
      const prompt = await askFor('What should be generated?', 'A login component with e-mail and password');
      return prompt === undefined ? undefined : previewOf('generate', { prompt });
    },
  },
  { label: 'Commit message', needsFile: false, params: () => previewOf('commitMessage', {}) },
];

function previewOf(prompt: PromptOf, params: PreviewParams['params']): Promise<PreviewParams> {
  return Promise.resolve({ prompt, params });
}

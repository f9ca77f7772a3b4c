/** The language client: how the server is started, what it is told about us, and what it may ask. */

import { workspace, type LogOutputChannel } from 'vscode';
import {
  LanguageClient,
  RevealOutputChannelOn,
  type ClientCapabilities,
  type ConfigurationParams,
  type LanguageClientOptions,
  type Middleware,
  type StaticFeature,
} from 'vscode-languageclient/node';

import { readSettings } from './configuration.ts';
import { workingDirectory, type Launch } from './discovery.ts';
import { SELECTOR } from './documents.ts';
import { resolve, type Fixes } from './fix/fix.ts';
import { CredentialsRequest, DeployEnvironmentRequest } from './messages.ts';
import { SECTION } from './settings.ts';
import { withoutBodies } from './trace.ts';
import { Command, VERSION, type DeployEnvironment, type InitializationOptions, type Provider } from './wire.ts';

/** Restarts within three minutes after which we believe that it will crash again. */
const MAX_RESTARTS = 5;

export interface ClientParts {
  readonly launch: Launch;
  readonly extraArgs: readonly string[];
  readonly log: LogOutputChannel;
  /** Names of the server's settings. */
  readonly keys: readonly string[];
  readonly secret: (provider: Provider) => Promise<string | null>;
  /** Values of variables for a deployment, as far as they are stored. */
  readonly environment: (names: readonly string[]) => Promise<DeployEnvironment>;
  readonly fixes: Fixes;
}

export function createClient(parts: ClientParts): LanguageClient {
  const { launch, log } = parts;
  const options: LanguageClientOptions = {
    documentSelector: SELECTOR,
    outputChannel: log,
    traceOutputChannel: withoutBodies(log),
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    connectionOptions: { maxRestartCount: MAX_RESTARTS },
    // No settings: the server asks for them (workspace/configuration), and one that is removed must not live on here.
    initializationOptions: (): InitializationOptions => ({ trusted: workspace.isTrusted }),
    // The failure itself is reported when start() rejects.
    initializationFailedHandler: () => false,
    middleware: middleware(parts, () => client),
  };
  const client: LanguageClient = new LanguageClient(
    SECTION,
    'AUTOCREA',
    { command: launch.command, args: [...launch.args, ...parts.extraArgs], options: { cwd: workingDirectory() } },
    options,
  );
  client.registerFeature(CUSTOM_MESSAGES);
  client.onRequest(CredentialsRequest, async ({ provider }) => ({ secret: await parts.secret(provider) }));
  client.onRequest(DeployEnvironmentRequest, ({ names }) => parts.environment(names));
  return client;
}

/** Says that we understand the server's own messages, and show the end of deployments ourselves. */
const CUSTOM_MESSAGES: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities) {
    const experimental = (capabilities.experimental ?? {}) as Record<string, unknown>;
    capabilities.experimental = { ...experimental, [SECTION]: { version: VERSION, deploy: { messages: true } } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: 'static' }),
  clear: () => undefined,
};

function middleware({ keys, fixes }: ClientParts, client: () => LanguageClient): Middleware {
  return {
    resolveCodeAction: (action, token) => resolve(client(), fixes, action, token),
    // While somebody types, a failure is the log's business; the status bar item says what is wrong.
    async provideInlineCompletionItems(document, position, context, token, next) {
      try {
        return await next(document, position, context, token);
      } catch {
        return null;
      }
    },
    async executeCommand(command, args, next) {
      try {
        return (await next(command, args)) as unknown;
      } catch (error) {
        if (command === Command.ACCEPTED) return undefined; // only counted; the text is in already
        throw error;
      }
    },
    workspace: {
      async configuration(params, token, next) {
        const answers = params.items.map((item): unknown => {
          if (item.section === SECTION) return settingsFor(item, keys, client());
          const other = next({ items: [item] }, token);
          return Array.isArray(other) ? other[0] : null;
        });
        return Promise.all(answers);
      },
      // Ctx tells every change itself, without the defaults; should the server register for changes, once is enough.
      didChangeConfiguration: () => Promise.resolve(),
    },
  };
}

function settingsFor(item: ConfigurationParams['items'][number], keys: readonly string[], client: LanguageClient): unknown {
  if (typeof item.scopeUri !== 'string') return readSettings(keys);
  const uri = client.protocol2CodeConverter.asUri(item.scopeUri);
  // An open document brings its language, so that values for that language count.
  const document = workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  return readSettings(keys, document ?? uri);
}

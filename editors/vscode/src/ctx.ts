/** Owns everything the extension has at run time, starts and stops the server, and disposes it all. */

import { commands, Uri, window, workspace, type Disposable, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { DidChangeConfigurationNotification, State, type LanguageClient } from 'vscode-languageclient/node';

import { isCancellation } from './act/cancellation.ts';
import { Chat } from './chat/view.ts';
import { createClient } from './client.ts';
import { read, readSettings } from './configuration.ts';
import { Deployments } from './deploy/deployments.ts';
import { environment } from './deploy/secrets.ts';
import { findServer, type Found, type Missing } from './discovery.ts';
import { isOurs } from './documents.ts';
import { Explanations } from './explain/panel.ts';
import { Fixes } from './fix/fix.ts';
import { Drafts } from './generate/drafts.ts';
import { DeployHappened, StatusChanged } from './messages.ts';
import { offerRemedies } from './missing.ts';
import { Prompts } from './prompts/prompts.ts';
import { ProposalView } from './proposal/view.ts';
import { pythonExtensionInterpreter } from './python.ts';
import { SECTION, serverKeys } from './settings.ts';
import { StatusBar } from './statusBar.ts';
import { Method, type CredentialsChangedParams, type Provider, type TrustParams } from './wire.ts';

/** Changes of these take effect with a new server process only. */
const NEED_RESTART = ['autocrea.server.path', 'autocrea.server.args', 'autocrea.python.interpreter'];

/** Somebody is there to answer; how the server is says no more about that where suggestions are off. */
const ANSWERING: ReadonlySet<string> = new Set(['ready', 'busy', 'overBudget']);

/** Whose keys the secret storage may hold. */
const PROVIDERS: readonly Provider[] = ['anthropic', 'vercel', 'netlify', 'railway'];

const STOPPED = { state: 'stopped', message: 'The language server does not run.' } as const;

export class Ctx implements Disposable {
  readonly extension: ExtensionContext;
  readonly log: LogOutputChannel = window.createOutputChannel('AUTOCREA', { log: true });
  readonly statusBar = new StatusBar();
  readonly proposals = new ProposalView(() => this.connection());
  readonly drafts = new Drafts();
  readonly prompts = new Prompts();
  readonly fixes = new Fixes();
  readonly deployments = new Deployments({
    connection: () => this.connection(),
    report: (error) => void this.report('deploy', error),
  });
  readonly explanations: Explanations;
  readonly chat: Chat;
  readonly #keys: readonly string[];
  readonly #disposables: { dispose(): unknown }[] = [this.log, this.statusBar, this.proposals, this.drafts, this.prompts];
  #client: LanguageClient | undefined;
  #server: Found | undefined;
  /** The command line of the running server. */
  #launched = '';
  #begun = false;
  #warned = false;
  /** Starting and stopping happen one after the other, in the order in which they were asked for. */
  #queue: Promise<void> = Promise.resolve();

  constructor(extension: ExtensionContext) {
    this.extension = extension;
    this.#keys = serverKeys(extension.extension.packageJSON);
    const out = Uri.joinPath(extension.extensionUri, 'out');
    this.explanations = new Explanations(out);
    this.chat = new Chat({
      connection: () => this.connection(),
      out,
      report: (error) => void this.report('chat', error),
      log: (line) => {
        this.log.warn(line);
      },
    });
    this.#disposables.push(
      this.explanations,
      this.chat,
      this.deployments,
      workspace.onDidOpenTextDocument((document) => {
        if (isOurs(document)) this.begin();
      }),
      window.onDidChangeActiveTextEditor(() => void this.refreshStatus()),
      workspace.onDidGrantWorkspaceTrust(() => void this.#trustGranted()),
      workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(SECTION)) return;
        this.#tell(DidChangeConfigurationNotification.method, { settings: { [SECTION]: readSettings(this.#keys) } });
        if (NEED_RESTART.some((key) => event.affectsConfiguration(key))) void this.#launchChanged();
      }),
      extension.secrets.onDidChange(({ key }) => {
        const provider = PROVIDERS.find((name) => key === secretKey(name));
        if (provider !== undefined) this.#tell(Method.CREDENTIALS_CHANGED, { provider } satisfies CredentialsChangedParams);
      }),
    );
    if (workspace.textDocuments.some(isOurs)) this.begin();
  }

  /** The running client; undefined while there is none. */
  get client(): LanguageClient | undefined {
    return this.#client?.isRunning() === true ? this.#client : undefined;
  }

  /** The running client, after starting the server where that has not been done; an Error to show when there is none. */
  async connection(): Promise<LanguageClient> {
    this.begin();
    await this.#queue;
    if (this.client === undefined) throw new Error('the language server does not run');
    return this.client;
  }

  /** Shows what an act of the user failed with; what was cancelled has not failed. */
  async report(what: string, error: unknown): Promise<void> {
    if (isCancellation(error)) return;
    const message = error instanceof Error ? error.message : String(error);
    this.log.error(`${what}: ${message}`);
    const answer = await window.showErrorMessage(`AUTOCREA: ${message}`, 'Show Logs');
    if (answer !== undefined) this.log.show();
  }

  get server(): Found | undefined {
    return this.#server;
  }

  get keys(): readonly string[] {
    return this.#keys;
  }

  /** Starts the server the first time it is called; whoever wants it again uses `restart`. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    void this.#enqueue(() => this.#start());
  }

  async restart(): Promise<void> {
    this.#begun = true;
    await this.#enqueue(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  async refreshStatus(): Promise<void> {
    if (this.client === undefined) return;
    await this.statusBar.refresh(this.client);
    await commands.executeCommand('setContext', 'autocrea.answers', ANSWERING.has(this.statusBar.view.state));
  }

  secret(provider: Provider): Promise<string | undefined> {
    return Promise.resolve(this.extension.secrets.get(secretKey(provider)));
  }

  /** Stops the server and waits for it; the rest goes with `dispose`. */
  async close(): Promise<void> {
    await this.#enqueue(() => this.#stop());
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }

  #enqueue(job: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(job).catch((error: unknown) => {
      this.log.error(error instanceof Error ? error : String(error));
    });
    return this.#queue;
  }

  async #start(): Promise<void> {
    this.statusBar.show({ state: 'starting', message: 'Looking for the language server.' });
    const found = await this.#find();
    if (!('command' in found)) {
      this.#reportMissing(found);
      return;
    }
    this.log.info(`Server ${found.version} (${found.source}): ${[found.command, ...found.args].join(' ')}`);
    this.#server = found;
    const extraArgs = read<string[]>('server.args', []);
    this.#launched = commandLine(found, extraArgs);
    const client = createClient({
      launch: found,
      extraArgs,
      log: this.log,
      keys: this.#keys,
      secret: async (provider) => (await this.secret(provider)) ?? null,
      environment: (names) => environment(this.extension.secrets, names),
      fixes: this.fixes,
    });
    this.#client = client;
    client.onDidChangeState(({ newState }) => void this.#stateChanged(client, newState));
    client.onNotification(StatusChanged, () => void this.refreshStatus());
    client.onNotification(DeployHappened, (event) => {
      this.deployments.event(event);
    });
    await client.start();
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#server = undefined;
    if (client === undefined) return;
    try {
      await client.dispose();
    } catch (error) {
      this.log.warn(`The server did not stop as asked: ${String(error)}`);
    }
    this.statusBar.show(STOPPED);
    await commands.executeCommand('setContext', 'autocrea.ready', false);
  }

  /** A server that is still starting hears of it when it has started. */
  #tell(method: string, params: object): void {
    this.#client?.sendNotification(method, params).catch((error: unknown) => {
      this.log.warn(`The server was not told ${method}: ${String(error)}`);
    });
  }

  #find(): Promise<Found | Missing> {
    return findServer({
      configuredPath: read('server.path', ''),
      interpreter: read('python.interpreter', ''),
      pythonExtension: () => pythonExtensionInterpreter(this.log),
      trusted: workspace.isTrusted,
      folders: (workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
      env: process.env,
    });
  }

  /** The one that a restart would run; "" when no server would be found. */
  async #commandLine(): Promise<string> {
    const found = await this.#find();
    return 'command' in found ? commandLine(found, read<string[]>('server.args', [])) : '';
  }

  #reportMissing({ tried }: Missing): void {
    this.statusBar.show({ state: 'missing', message: 'The language server was not found.' });
    for (const line of tried) this.log.warn(`No server: ${line}`);
    if (this.#warned) return;
    this.#warned = true;
    void offerRemedies();
  }

  async #stateChanged(client: LanguageClient, state: State): Promise<void> {
    if (client !== this.#client) return; // an earlier one, on its way out
    if (state === State.Running) {
      void this.refreshStatus();
      void this.deployments.refresh((line) => {
        this.log.warn(line);
      });
    } else if (state === State.Starting) {
      this.statusBar.show({ state: 'starting', message: 'The language server starts.' });
    } else {
      this.statusBar.show(STOPPED);
      this.deployments.gone();
    }
    await commands.executeCommand('setContext', 'autocrea.ready', state === State.Running);
    if (state !== State.Starting) await this.chat.serverChanged(state === State.Running);
  }

  async #trustGranted(): Promise<void> {
    const params: TrustParams = { trusted: true };
    if (this.#client !== undefined) this.#tell(Method.TRUST, params);
    else if (this.statusBar.view.state === 'missing') await this.restart();
  }

  async #launchChanged(): Promise<void> {
    if (this.#client === undefined) {
      if (this.#begun) await this.restart();
      return;
    }
    if ((await this.#commandLine()) === this.#launched) return;
    const answer = await window.showInformationMessage(
      'AUTOCREA: the new server settings count after a restart of the server.',
      'Restart Server',
    );
    if (answer !== undefined) await this.restart();
  }
}

function commandLine(found: Found, extraArgs: readonly string[]): string {
  return JSON.stringify([found.command, ...found.args, ...extraArgs]);
}

export function secretKey(provider: Provider): string {
  return `autocrea.${provider}`;
}


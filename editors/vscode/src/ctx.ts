/** Owns everything the extension has at run time, starts and stops the server, and disposes it all. */

import { commands, window, workspace, type Disposable, type ExtensionContext, type LogOutputChannel } from 'vscode';
import { DidChangeConfigurationNotification, State, type LanguageClient } from 'vscode-languageclient/node';

import { createClient } from './client.ts';
import { read, readSettings } from './configuration.ts';
import { findServer, type Found, type Missing } from './discovery.ts';
import { isOurs } from './documents.ts';
import { StatusChanged } from './messages.ts';
import { offerRemedies } from './missing.ts';
import { pythonExtensionInterpreter } from './python.ts';
import { SECTION, serverKeys } from './settings.ts';
import { StatusBar } from './statusBar.ts';
import { Method, type CredentialsChangedParams, type Provider, type TrustParams } from './wire.ts';

/** Changes of these take effect with a new server process only. */
const NEED_RESTART = ['autocrea.server.path', 'autocrea.server.args', 'autocrea.python.interpreter'];

const STOPPED = { state: 'stopped', message: 'The language server does not run.' } as const;

export class Ctx implements Disposable {
  readonly extension: ExtensionContext;
  readonly log: LogOutputChannel = window.createOutputChannel('AUTOCREA', { log: true });
  readonly statusBar = new StatusBar();
  readonly #keys: readonly string[];
  readonly #disposables: { dispose(): unknown }[] = [this.log, this.statusBar];
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
    this.#disposables.push(
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
        const params: CredentialsChangedParams = { provider: 'anthropic' };
        if (key === secretKey(params.provider)) this.#tell(Method.CREDENTIALS_CHANGED, params);
      }),
    );
    if (workspace.textDocuments.some(isOurs)) this.begin();
  }

  /** The running client; undefined while there is none. */
  get client(): LanguageClient | undefined {
    return this.#client?.isRunning() === true ? this.#client : undefined;
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
    if (this.client !== undefined) await this.statusBar.refresh(this.client);
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
    });
    this.#client = client;
    client.onDidChangeState(({ newState }) => void this.#stateChanged(client, newState));
    client.onNotification(StatusChanged, () => void this.refreshStatus());
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
    if (state === State.Running) void this.refreshStatus();
    else if (state === State.Starting) this.statusBar.show({ state: 'starting', message: 'The language server starts.' });
    else this.statusBar.show(STOPPED);
    await commands.executeCommand('setContext', 'autocrea.ready', state === State.Running);
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


/** The deployments that this window knows of: a notification with Cancel while one runs, one message at its end, an item. */

import { env, ProgressLocation, StatusBarAlignment, Uri, window, type Disposable } from 'vscode';
import { ExecuteCommandRequest, type LanguageClient } from 'vscode-languageclient/node';

import {
  Command,
  type DeployActAnswer,
  type DeployEvent,
  type Deployment,
  type Deployments as Rows,
  type DeployParams,
} from '../wire.ts';
import { ending, item, shown, step, webAddress, where, type EndAction } from './words.ts';

const PRIORITY = 99; // right of our other item
const AGE_MS = 30_000; // how often the age is written anew
const LOOK_BACK = 50; // rows among which the newest of each host is looked for

export interface DeploymentsParts {
  readonly connection: () => Promise<LanguageClient>;
  readonly report: (error: unknown) => void;
}

interface Running {
  last: DeployEvent;
  shown: number;
  report: (event: DeployEvent) => void;
  readonly end: () => void;
}

export class Deployments implements Disposable {
  readonly #parts: DeploymentsParts;
  readonly #item = window.createStatusBarItem('autocrea.deploy', StatusBarAlignment.Right, PRIORITY);
  readonly #running = new Map<string, Running>();
  /** What was asked for here, so that it can be asked for once more. */
  readonly #asked = new Map<string, DeployParams>();
  readonly #clock: NodeJS.Timeout;
  /** The newest of each host that this window has heard of. */
  readonly #newest = new Map<string, Deployment>();

  constructor(parts: DeploymentsParts) {
    this.#parts = parts;
    this.#item.name = 'AUTOCREA Deployments';
    this.#item.command = 'autocrea.deploy.history';
    this.#clock = setInterval(() => {
      this.#draw();
    }, AGE_MS);
  }

  /** The newest that runs, else the newest one that this window has heard of. */
  get newest(): Deployment | undefined {
    return shown(this.#newest.values());
  }

  /** Runs one of the server's commands. Its errors are for people. */
  async ask<T>(command: string, argument: object = {}): Promise<T> {
    const client = await this.#parts.connection();
    return (await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] })) as T;
  }

  async start(params: DeployParams): Promise<void> {
    const { id } = await this.ask<{ readonly id: string | null }>(Command.DEPLOY, params);
    if (id !== null) this.#asked.set(id, params);
  }

  /** An act on a deployment whose answer is a sentence. */
  async act(command: string, argument: object = {}): Promise<void> {
    const { text } = await this.ask<DeployActAnswer>(command, argument);
    void window.showInformationMessage(`AUTOCREA: ${text}`);
  }

  async open(row: Deployment): Promise<void> {
    const url = webAddress(row.url);
    if (url === undefined) throw new Error('it has no URL that could be opened');
    await env.openExternal(Uri.parse(url, true));
  }

  async showLog(id: string): Promise<void> {
    await this.ask(Command.DEPLOY_LOGS, { id, limit: 1, show: true });
  }

  /** `autocrea/deploy/event`: what happened to one. */
  event(event: DeployEvent): void {
    const row = event.deployment;
    this.#seen(row);
    const running = this.#running.get(row.id);
    if (event.finished) {
      this.#running.delete(row.id);
      running?.end();
      void this.#tellEnd(event).catch(this.#parts.report);
    } else if (running === undefined) {
      this.#begin(event);
    } else {
      running.last = event;
      running.report(event);
    }
  }

  /** A server has started: what it knows of this folder's newest deployments, one of each host. */
  async refresh(log: (line: string) => void): Promise<void> {
    try {
      const row = await this.ask<Deployment | null>(Command.DEPLOY_STATUS, {});
      if (row === null) return;
      const { deployments } = await this.ask<Rows>(Command.DEPLOY_LIST, { limit: LOOK_BACK });
      for (const each of deployments) this.#seen(each);
      this.#seen(row); // which the server has looked at just now
    } catch (error) {
      log(`The last deployment is not known: ${String(error)}`); // nobody has asked for it
    }
  }

  /** A server has gone: nobody tells us any more. */
  gone(): void {
    for (const running of this.#running.values()) running.end();
    this.#running.clear();
  }

  dispose(): void {
    clearInterval(this.#clock);
    this.gone();
    this.#item.dispose();
  }

  #begin(event: DeployEvent): void {
    const { id } = event.deployment;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const running: Running = { last: event, shown: 0, report: () => undefined, end };
    this.#running.set(id, running);
    const options = {
      location: ProgressLocation.Notification,
      title: `Deploying to ${where(event.deployment)}`,
      cancellable: true,
    };
    void window.withProgress(options, (progress, token) => {
      running.report = (now) => {
        const percent = Math.max(running.shown, now.percent ?? 0);
        progress.report({ message: step(now), increment: percent - running.shown });
        running.shown = percent;
      };
      running.report(running.last);
      token.onCancellationRequested(() => {
        this.ask(Command.DEPLOY_CANCEL, { id }).catch(this.#parts.report); // its end is told as any other
      });
      return ended;
    });
  }

  async #tellEnd(event: DeployEvent): Promise<void> {
    const row = event.deployment;
    const { severity, text, actions } = ending(row, event.notices ?? []);
    const show = {
      information: window.showInformationMessage,
      warning: window.showWarningMessage,
      error: window.showErrorMessage,
    }[severity] as (message: string, ...items: string[]) => Thenable<string | undefined>;
    const asked = this.#asked.get(row.id);
    this.#asked.delete(row.id);
    const chosen = (await show(`AUTOCREA: ${text}`, ...actions)) as EndAction | undefined;
    switch (chosen) {
      case 'Open':
        await this.open(row);
        break;
      case 'Copy URL':
        await env.clipboard.writeText(row.url);
        break;
      case 'Show Log':
        await this.showLog(row.id);
        break;
      case 'Retry':
        if (asked !== undefined) await this.start(asked);
        else await this.ask(Command.DEPLOY_REDEPLOY, { id: row.id });
        break;
      case undefined:
    }
  }

  #seen(row: Deployment): void {
    const before = this.#newest.get(row.provider);
    if (before !== undefined && before.id !== row.id && before.createdAt > row.createdAt) return;
    this.#newest.set(row.provider, row);
    this.#draw();
  }

  #draw(): void {
    const row = this.newest;
    if (row === undefined) return;
    const { text, tooltip } = item(row, Date.now() / 1000, this.#newest.values());
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.show();
  }
}

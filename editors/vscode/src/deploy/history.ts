/** The history of deployments as a list to pick from, with what can be done about each. */

import { env, ThemeIcon, window, type QuickInputButton, type QuickPickItem } from 'vscode';

import type { Ctx } from '../ctx.ts';
import { Command, type DeployHost, type Deployment, type Deployments as Rows } from '../wire.ts';
import { allows } from './choices.ts';
import { history, isFinished, where } from './words.ts';

interface RowItem extends QuickPickItem {
  readonly row?: Deployment;
  readonly cursor?: string;
}

interface Act {
  readonly icon: string;
  readonly title: string;
  readonly fits: (row: Deployment) => boolean;
  readonly run: (ctx: Ctx, row: Deployment) => Promise<void>;
}

const LIMIT = 50;

const ACTS: readonly Act[] = [
  { icon: 'link-external', title: 'Open', fits: ({ url }) => url !== '', run: (ctx, row) => ctx.deployments.open(row) },
  {
    icon: 'copy',
    title: 'Copy URL',
    fits: ({ url }) => url !== '',
    run: async (_, { url }) => {
      await env.clipboard.writeText(url);
    },
  },
  { icon: 'output', title: 'Show Log', fits: (row) => allows(row, 'log'), run: (ctx, { id }) => ctx.deployments.showLog(id) },
  {
    icon: 'stop-circle',
    title: 'Cancel',
    fits: (row) => !isFinished(row) && allows(row, 'cancel'),
    run: (ctx, { id }) => ctx.deployments.act(Command.DEPLOY_CANCEL, { id }),
  },
  {
    icon: 'refresh',
    title: 'Deploy Once More',
    fits: (row) => isFinished(row) && allows(row, 'redeploy'),
    run: (ctx, { id }) => ctx.deployments.act(Command.DEPLOY_REDEPLOY, { id }),
  },
  {
    icon: 'arrow-up',
    title: 'Promote to Production',
    fits: (row) => row.state === 'success' && allows(row, 'promote'),
    run: (ctx, { id }) => ctx.deployments.act(Command.DEPLOY_PROMOTE, { id }),
  },
  {
    icon: 'history',
    title: 'Roll Back to It',
    fits: (row) => row.state === 'success' && allows(row, 'rollback'),
    run: (ctx, { id }) => ctx.deployments.act(Command.DEPLOY_ROLLBACK, { id }),
  },
];

/** Our own history, of all hosts; `host`: its own list, page by page. */
export async function showHistory(ctx: Ctx, host?: DeployHost, cursor: string | null = null): Promise<void> {
  const theirs = host === undefined ? {} : { remote: true, provider: host.name, cursor };
  const page = await ctx.deployments.ask<Rows>(Command.DEPLOY_LIST, { limit: LIMIT, acts: true, ...theirs });
  if (page.deployments.length === 0) {
    const where = host === undefined ? 'nothing was deployed from here yet' : `${host.title} has no deployments of this project`;
    void window.showInformationMessage(`AUTOCREA: ${where}.`);
    return;
  }
  const now = Date.now() / 1000;
  const items: RowItem[] = page.deployments.map((row) => ({
    ...history(row, now),
    row,
    buttons: ACTS.filter(({ fits }) => fits(row)).map(button),
  }));
  if (typeof page.cursor === 'string' && page.cursor !== '') items.push({ label: 'More…', cursor: page.cursor });
  const chosen = await pick(items, host === undefined ? 'Deployments' : `Deployments at ${host.title}`);
  if (chosen === undefined) return;
  const { item, act } = chosen;
  if (item.cursor !== undefined) await showHistory(ctx, host, item.cursor);
  else if (item.row !== undefined) await (act ?? (await pickAct(item.row)))?.run(ctx, item.row);
}

interface Chosen {
  readonly item: RowItem;
  readonly act?: Act;
}

function pick(items: readonly RowItem[], title: string): Promise<Chosen | undefined> {
  return new Promise((resolve) => {
    const list = window.createQuickPick<RowItem>();
    list.title = title;
    list.items = items;
    list.matchOnDescription = list.matchOnDetail = true;
    const end = (chosen: Chosen | undefined): void => {
      resolve(chosen);
      list.dispose();
    };
    list.onDidTriggerItemButton(({ item, button: pressed }) => {
      const act = ACTS.find(({ title: name }) => name === pressed.tooltip);
      end(act === undefined ? { item } : { item, act });
    });
    list.onDidAccept(() => {
      const item = list.activeItems[0];
      end(item && { item });
    });
    list.onDidHide(() => {
      end(undefined);
    });
    list.show();
  });
}

async function pickAct(row: Deployment): Promise<Act | undefined> {
  const items = ACTS.filter(({ fits }) => fits(row)).map((act) => ({ label: `$(${act.icon}) ${act.title}`, act }));
  if (items.length === 0) return undefined; // the host's own, of which our history knows nothing
  return (await window.showQuickPick(items, { title: `${where(row)}: ${row.state}` }))?.act;
}

function button({ icon, title }: Act): QuickInputButton {
  return { iconPath: new ThemeIcon(icon), tooltip: title };
}

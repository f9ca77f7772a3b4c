/** The palette's commands of deployments. */

import { env, window, workspace } from 'vscode';

import { secretKey, type Ctx } from '../ctx.ts';
import {
  Command,
  type DeployActAnswer,
  type DeployAnswer,
  type Deployment,
  type DeployParams,
  type DeployPlan,
  type DeployStats,
  type Provider,
} from '../wire.ts';
import { can, remote } from './choices.ts';
import { showHistory } from './history.ts';
import { pickDeployment, pickHost } from './pick.ts';
import { setToken, setVariable } from './secrets.ts';
import { isFinished, statistics } from './words.ts';

type Run = (ctx: Ctx) => Promise<void>;

export const DEPLOY_COMMANDS: Record<string, Run> = {
  'autocrea.deploy': async (ctx) => {
    await start(ctx, await pickDeployment(ctx.deployments));
  },
  'autocrea.deploy.preview': async (ctx) => {
    await start(ctx, { target: 'preview' });
  },
  'autocrea.deploy.production': async (ctx) => {
    const picked = await pickHost(ctx.deployments, 'Deploy to production at…', remote);
    await start(ctx, picked && { provider: picked.host.name, target: 'production' });
  },
  'autocrea.deploy.dryRun': dryRun,
  'autocrea.deploy.cancel': cancel,
  'autocrea.deploy.history': (ctx) => showHistory(ctx),
  'autocrea.deploy.remoteHistory': async (ctx) => {
    const picked = await pickHost(ctx.deployments, 'Deployments at…', can('remote_list'));
    if (picked !== undefined) await showHistory(ctx, picked.host);
  },
  'autocrea.deploy.logs': async (ctx) => {
    await ctx.deployments.showLog((await newest(ctx)).id);
  },
  'autocrea.deploy.open': async (ctx) => {
    await ctx.deployments.open(await newest(ctx));
  },
  'autocrea.deploy.copyUrl': async (ctx) => {
    await env.clipboard.writeText((await newest(ctx)).url);
  },
  'autocrea.deploy.rollback': (ctx) => ctx.deployments.act(Command.DEPLOY_ROLLBACK),
  'autocrea.deploy.promote': async (ctx) => {
    await ctx.deployments.act(Command.DEPLOY_PROMOTE, { id: (await newest(ctx)).id });
  },
  'autocrea.deploy.redeploy': (ctx) => ctx.deployments.act(Command.DEPLOY_REDEPLOY),
  'autocrea.deploy.link': link,
  'autocrea.deploy.pullEnvironment': pullEnvironment,
  'autocrea.deploy.statistics': async (ctx) => {
    const sums = await ctx.deployments.ask<DeployStats>(Command.DEPLOY_STATS);
    void window.showInformationMessage(`AUTOCREA: ${statistics(sums)}`);
  },
  'autocrea.deploy.setToken': async (ctx) => {
    const host = (await pickHost(ctx.deployments, 'Token of…', remote))?.host;
    if (host !== undefined) await setToken(ctx.extension.secrets, secretKey(host.name as Provider), host.title);
  },
  'autocrea.deploy.forget': (ctx) => ctx.deployments.act(Command.DEPLOY_FORGET),
  'autocrea.deploy.setVariable': (ctx) => setVariable(ctx.extension.secrets),
};

async function start(ctx: Ctx, params: DeployParams | undefined): Promise<void> {
  if (params === undefined) return;
  await workspace.saveAll(false); // what is deployed is what is on disk
  await ctx.deployments.start(params);
}

async function newest(ctx: Ctx): Promise<Deployment> {
  const row = await ctx.deployments.ask<Deployment | null>(Command.DEPLOY_STATUS);
  if (row === null) throw new Error('nothing was deployed from here yet');
  return row;
}

async function cancel(ctx: Ctx): Promise<void> {
  const row = ctx.deployments.newest;
  const id = row !== undefined && !isFinished(row) ? row.id : null;
  const { text, deployment } = await ctx.deployments.ask<DeployActAnswer>(Command.DEPLOY_CANCEL, { id });
  // One that this window follows tells its end by itself.
  if (deployment?.state !== 'canceled') void window.showInformationMessage(`AUTOCREA: ${text}`);
}

async function dryRun(ctx: Ctx): Promise<void> {
  const host = (await pickHost(ctx.deployments, 'What would be deployed to…'))?.host;
  if (host === undefined) return;
  const params: DeployParams = { provider: host.name, dryRun: true };
  const { plan } = await ctx.deployments.ask<DeployAnswer>(Command.DEPLOY, params);
  if (plan === undefined || plan === null) return;
  const document = await workspace.openTextDocument({ content: planText(plan), language: 'plaintext' });
  await window.showTextDocument(document, { preview: true });
}

function planText(plan: DeployPlan): string {
  return [
    `${plan.provider}: ${plan.target} of ${plan.project === '' ? 'a new project' : plan.project}`,
    `${String(plan.files.length)} files, ${String(plan.totalBytes)} bytes. Nothing was sent.`,
    ...plan.notes,
    '',
    ...plan.files.map(({ name, bytes }) => `${String(bytes).padStart(10)}  ${name}`),
    ...plan.leftOut.map(({ name, reason }) => `  left out  ${name}: ${reason}`),
    '',
  ].join('\n');
}

async function link(ctx: Ctx): Promise<void> {
  const host = (await pickHost(ctx.deployments, 'Link to a project at…', can('link')))?.host;
  if (host === undefined) return;
  const project = await window.showInputBox({ title: `Project at ${host.title}`, prompt: 'Its name or id.' });
  if (project === undefined || project.trim() === '') return;
  await ctx.deployments.act(Command.DEPLOY_LINK, { provider: host.name, project: project.trim() });
}

async function pullEnvironment(ctx: Ctx): Promise<void> {
  const host = (await pickHost(ctx.deployments, 'Variables of…', can('pull_environment')))?.host;
  if (host === undefined) return;
  const file = await window.showInputBox({
    title: `Variables of ${host.title}`,
    value: '.env.local',
    prompt: 'The file for them. Git must ignore it; only you can read it.',
  });
  if (file !== undefined) await ctx.deployments.act(Command.DEPLOY_ENV_PULL, { provider: host.name, file });
}


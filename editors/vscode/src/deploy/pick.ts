/** What is asked before a deployment: the host, the target, the source. */

import { window, type QuickPickItem } from 'vscode';

import { Command, type DeployActAnswer, type DeployHost, type DeployHosts, type DeployParams, type GitSource } from '../wire.ts';
import { hostChoices, targetChoices, type Fits } from './choices.ts';
import type { Deployments } from './deployments.ts';

export interface PickedHost {
  readonly host: DeployHost;
  readonly told: DeployHosts;
}

/** A host that fits; the one that a deployment goes to by itself is first. undefined: the user left. */
export async function pickHost(deployments: Deployments, title: string, fits?: Fits): Promise<PickedHost | undefined> {
  const told = await deployments.ask<DeployHosts>(Command.DEPLOY_HOSTS);
  const choices = hostChoices(told, fits);
  const [only, another] = choices.flatMap(({ host }) => host ?? []);
  if (only === undefined) throw new Error('no host can do that');
  if (another === undefined) return { host: only, told };
  const chosen = await window.showQuickPick(choices, { title, matchOnDescription: true });
  if (chosen?.forget === true) {
    await deployments.ask<DeployActAnswer>(Command.DEPLOY_FORGET);
    return pickHost(deployments, title, fits);
  }
  return chosen?.host && { host: chosen.host, told };
}

/** A target: that of last time is first, production is marked, others are typed. */
export async function pickTarget({ host, told }: PickedHost): Promise<string | undefined> {
  if (host.local) return 'preview';
  const target = (await window.showQuickPick(targetChoices(host, told), { title: `Deploy to ${host.title}` }))?.target;
  if (target !== '') return target;
  const name = await window.showInputBox({ title: 'Environment', prompt: `Its name at ${host.title}.` });
  return name === undefined || name.trim() === '' ? undefined : name.trim();
}

interface SourceItem extends QuickPickItem {
  readonly git: boolean;
}

/** The folder's files (null), or what the host fetches; undefined: the user left. */
export async function pickSource(host: DeployHost): Promise<GitSource | null | undefined> {
  if (!host.abilities.includes('git')) return null;
  const items: SourceItem[] = [
    { label: 'The files of this folder', git: false },
    { label: 'A branch…', description: `${host.title} fetches it`, git: true },
  ];
  const chosen = await window.showQuickPick(items, { title: 'Deploy what?' });
  if (chosen === undefined) return undefined;
  if (!chosen.git) return null;
  const branch = await window.showInputBox({ title: 'Branch', value: 'main', prompt: 'Of the connected repository.' });
  return branch === undefined || branch.trim() === '' ? undefined : { branch: branch.trim() };
}

/** All of it; undefined: the user left. */
export async function pickDeployment(deployments: Deployments): Promise<DeployParams | undefined> {
  const picked = await pickHost(deployments, 'Deploy to…');
  if (picked === undefined) return undefined;
  const target = await pickTarget(picked);
  if (target === undefined) return undefined;
  const source = await pickSource(picked.host);
  return source === undefined ? undefined : { provider: picked.host.name, target, source };
}

/** What is asked before a deployment: the host, the target, the source. */

import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';

import { Command, type DeployHost, type DeployHosts, type DeployParams, type GitSource } from '../wire.ts';
import type { Deployments } from './deployments.ts';

interface HostItem extends QuickPickItem {
  readonly host?: DeployHost;
}

/** A host; the one that a deployment goes to by default is first. */
export async function pickHost(deployments: Deployments, ability?: string): Promise<DeployHost | undefined> {
  const { hosts, default: first } = await deployments.ask<DeployHosts>(Command.DEPLOY_HOSTS);
  const able = hosts.filter(({ abilities }) => ability === undefined || abilities.includes(ability));
  if (able.length === 0) throw new Error('no host can do that');
  if (able.length === 1) return able[0];
  const sorted = [...able].sort((a, b) => Number(b.name === first) - Number(a.name === first));
  const items: HostItem[] = sorted.map((host) => ({
    label: host.title,
    description: host.local ? 'on this machine, no account' : host.linked ? 'linked to this folder' : '',
    host,
  }));
  return (await window.showQuickPick(items, { title: 'Deploy to…' }))?.host;
}

interface TargetItem extends QuickPickItem {
  readonly target?: string;
}

/** A target: the preview is first, production is marked, others are typed. */
export async function pickTarget(host: DeployHost): Promise<string | undefined> {
  if (host.local) return 'preview';
  const items: TargetItem[] = [
    { label: 'Preview', description: 'a URL of its own', target: 'preview' },
    { label: '$(warning) Production', description: 'you are asked once more', target: 'production' },
  ];
  if (host.abilities.includes('other_targets') || host.abilities.includes('otherTargets')) {
    items.push({ label: '', kind: QuickPickItemKind.Separator }, { label: 'Another environment…', target: '' });
  }
  const target = (await window.showQuickPick(items, { title: `Deploy to ${host.title}` }))?.target;
  if (target !== '') return target;
  return window.showInputBox({ title: 'Environment', prompt: `Its name at ${host.title}.` });
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
  const host = await pickHost(deployments);
  if (host === undefined) return undefined;
  const target = await pickTarget(host);
  if (target === undefined) return undefined;
  const source = await pickSource(host);
  return source === undefined ? undefined : { provider: host.name, target, source };
}

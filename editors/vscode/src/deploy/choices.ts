/** What is offered when a host, a target, or an act on a deployment is chosen. No VS Code here. */

import type { DeployHost, DeployHosts, Deployment, DeploymentAct } from '../wire.ts';

export interface HostChoice {
  readonly label: string;
  readonly description: string;
  readonly host?: DeployHost;
  /** The user wants no host to be remembered for the folder. */
  readonly forget?: true;
}

export interface TargetChoice {
  readonly label: string;
  readonly description: string;
  /** "": another one, which is typed. */
  readonly target: string;
}

export type Fits = (host: DeployHost) => boolean;

export const remote: Fits = ({ local }) => !local;

export function can(ability: string): Fits {
  return ({ abilities }) => abilities.includes(ability);
}

/** The hosts that fit, the one that a deployment goes to by itself first; last, how to forget that it was chosen. */
export function hostChoices(told: DeployHosts, fits: Fits = () => true): readonly HostChoice[] {
  const able = told.hosts.filter(fits);
  const first = ({ name }: DeployHost): number => Number(name === told.default);
  const choices: HostChoice[] = able
    .sort((a, b) => first(b) - first(a))
    .map((host) => ({ label: host.title, description: describe(host, told), host }));
  const chosen = able.some((host) => lastTarget(host, told) !== undefined);
  return chosen ? [...choices, { label: '$(discard) Forget the choice', description: 'for this folder', forget: true }] : choices;
}

/** What was chosen last time of that host's targets; undefined: another host was chosen, or none. */
function lastTarget({ name }: DeployHost, { default: first, picked, target }: DeployHosts): string | undefined {
  return picked === true && name === first ? (target ?? 'preview') : undefined;
}

function describe(host: DeployHost, told: DeployHosts): string {
  const target = lastTarget(host, told);
  const parts = [
    host.local ? 'on this machine, no account' : '',
    host.linked ? 'linked to this folder' : '',
    target === undefined ? '' : target === 'preview' ? 'chosen last time' : `chosen last time, with ${target}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Its targets: the one of last time first, never production, which is marked; others are typed. */
export function targetChoices(host: DeployHost, told: DeployHosts): readonly TargetChoice[] {
  const last = lastTarget(host, told) ?? 'preview';
  const choices: TargetChoice[] = [
    { label: 'Preview', description: 'not what everybody sees', target: 'preview' },
    { label: '$(warning) Production', description: 'you are asked once more', target: 'production' },
  ];
  if (last !== 'preview') choices.unshift({ label: last, description: 'chosen last time', target: last });
  if (host.abilities.includes('other_targets')) choices.push({ label: 'Another environment…', description: '', target: '' });
  return choices;
}

/** Whether its host can do that about it; where that was not looked up the server answers. */
export function allows({ acts }: Deployment, act: DeploymentAct): boolean {
  return acts === undefined || acts === null || acts.includes(act);
}

/** How deployments are told: labels, ages, and the one sentence at the end. No VS Code here. */

import type { DeployEvent, Deployment, DeploymentState, DeployStats } from '../wire.ts';

export type Severity = 'information' | 'warning' | 'error';

export interface Ending {
  readonly severity: Severity;
  readonly text: string;
  readonly actions: readonly EndAction[];
}

export type EndAction = 'Open' | 'Copy URL' | 'Show Log' | 'Retry';

const ICONS: Readonly<Record<DeploymentState, string>> = {
  pending: 'loading~spin',
  creating: 'loading~spin',
  uploading: 'loading~spin',
  queued: 'loading~spin',
  building: 'loading~spin',
  blocked: 'warning',
  unknown: 'question',
  success: 'rocket',
  failed: 'error',
  canceled: 'circle-slash',
  interrupted: 'circle-slash',
};

const FINISHED: ReadonlySet<DeploymentState> = new Set(['success', 'failed', 'canceled', 'interrupted']);

export function isFinished({ state }: Deployment): boolean {
  return FINISHED.has(state);
}

/** Host and target in few words. */
export function where({ provider, target }: Deployment): string {
  return provider === target ? provider : `${provider} (${target})`;
}

/** About how long ago, in one unit; times are seconds since the epoch. */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, now - at);
  if (seconds >= 86_400) return `${String(Math.floor(seconds / 86_400))} d`;
  if (seconds >= 3600) return `${String(Math.floor(seconds / 3600))} h`;
  if (seconds >= 60) return `${String(Math.floor(seconds / 60))} min`;
  return `${String(Math.floor(seconds))} s`;
}

/** Only what a browser may be given: hosts' answers are data. */
export function webAddress(url: string): string | undefined {
  try {
    const parsed = new URL(url);
    const plain = parsed.username === '' && parsed.password === '';
    return plain && (parsed.protocol === 'https:' || parsed.protocol === 'http:') ? url : undefined;
  } catch {
    return undefined;
  }
}

/** What is said of a deployment that has ended, or that nobody watches any more. */
export function ending(row: Deployment, notices: readonly string[] = []): Ending {
  const name = row.project === '' ? 'the project' : row.project;
  const why = row.error === '' ? row.detail : row.error;
  const say = (severity: Severity, text: string, ...actions: EndAction[]): Ending => ({
    severity,
    text: [text.trim(), ...notices].join(' '),
    actions,
  });
  const to = where(row);
  if (row.state === 'success') {
    return webAddress(row.url) === undefined
      ? say('information', `${name} deployed to ${to}.`, 'Show Log')
      : say('information', `${name} deployed to ${to}: ${row.url}`, 'Open', 'Copy URL', 'Show Log');
  }
  if (row.state === 'failed') return say('error', `${name} was not deployed to ${to}. ${why}`, 'Show Log', 'Retry');
  if (row.state === 'canceled') {
    return say('information', `The deployment of ${name} to ${to} was canceled. ${why}`, 'Show Log');
  }
  if (row.state === 'interrupted') {
    return say('warning', `The deployment of ${name} to ${to} was interrupted. ${why}`, 'Retry');
  }
  return say('warning', `How the deployment of ${name} to ${to} ends is not known yet. ${why}`, 'Show Log');
}

/** The line in a running notification. */
export function step({ text, filesSent, filesTotal }: DeployEvent): string {
  const files = typeof filesTotal === 'number' && filesTotal > 0 ? `${String(filesSent ?? 0)}/${String(filesTotal)} files` : '';
  return files !== '' && !text.includes('/') ? `${text} (${files})` : text;
}

export interface ItemView {
  readonly text: string;
  readonly tooltip: string;
}

/** The one that the status bar tells of: the newest that runs, else the newest. */
export function shown(rows: Iterable<Deployment>): Deployment | undefined {
  const newer = (a: Deployment, b: Deployment): number => b.createdAt - a.createdAt;
  const sorted = [...rows].sort(newer);
  return sorted.find((row) => !isFinished(row) && row.state !== 'unknown') ?? sorted[0];
}

/** The status bar item of that deployment; `others`: the newest of each host, for the tooltip. */
export function item(row: Deployment, now: number, others: Iterable<Deployment> = []): ItemView {
  const icon = ICONS[row.state];
  const at = row.finishedAt ?? row.updatedAt;
  const age = isFinished(row) ? `${row.state} ${ago(at, now)}` : row.state;
  const lines = [`${row.project}: ${where(row)}`, row.error === '' ? row.detail : row.error, row.url];
  for (const other of others) {
    if (other.id !== row.id) lines.push(`${where(other)}: ${other.state}, ${ago(other.createdAt, now)} ago`);
  }
  return {
    text: `$(${icon}) ${row.provider} ${age}`,
    tooltip: lines.filter((line) => line !== '').join('\n'),
  };
}

export interface HistoryLabel {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** One line of the history. */
export function history(row: Deployment, now: number): HistoryLabel {
  return {
    label: `$(${ICONS[row.state]}) ${where(row)} ${row.state}${row.live ? ' · live' : ''}`,
    description: `${ago(row.createdAt, now)} ago, ${row.source}`,
    detail: row.url === '' ? row.error : row.url,
  };
}

export function statistics(sums: DeployStats): string {
  const parts = [`${String(sums.total)} deployments`];
  for (const [state, count] of Object.entries(sums.byStatus)) parts.push(`${String(count)} ${state}`);
  if (typeof sums.successRate === 'number') parts.push(`${String(Math.round(sums.successRate * 100))} % went well`);
  if (typeof sums.medianDurationS === 'number') parts.push(`${String(Math.round(sums.medianDurationS))} s in the middle`);
  const hosts = sums.hosts ?? [];
  if (hosts.length > 1) parts.push(hosts.map(({ provider, total }) => `${provider} ${String(total)}`).join(' · '));
  return parts.join(', ');
}

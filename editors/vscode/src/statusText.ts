/** What the status bar says and which acts it offers. Plain values: nothing here needs VS Code. */

import { Command, type State, type Status } from './wire.ts';

/** The states of the server's own, and those in which there is no server to ask. */
export type ViewState = State | 'starting' | 'stopped' | 'missing';

export interface View extends Omit<Status, 'state'> {
  readonly state: ViewState;
}

export interface Rendered {
  readonly text: string;
  readonly label: string;
  readonly tooltip: string;
  readonly severity: 'none' | 'warning' | 'error';
}

const LOOK: Record<ViewState, { icon: string; word: string; severity: Rendered['severity'] }> = {
  ready: { icon: 'sparkle', word: 'ready', severity: 'none' },
  busy: { icon: 'loading~spin', word: 'thinking', severity: 'none' },
  off: { icon: 'circle-slash', word: 'off', severity: 'none' },
  noKey: { icon: 'key', word: 'no key', severity: 'warning' },
  overBudget: { icon: 'watch', word: 'over budget', severity: 'warning' },
  backendDown: { icon: 'debug-disconnect', word: 'no answer', severity: 'warning' },
  error: { icon: 'error', word: 'error', severity: 'error' },
  starting: { icon: 'loading~spin', word: 'starting', severity: 'none' },
  stopped: { icon: 'error', word: 'stopped', severity: 'error' },
  missing: { icon: 'warning', word: 'not installed', severity: 'warning' },
};

const NAME = 'JoxCoder';

export function render(view: View): Rendered {
  const { icon, word, severity } = LOOK[view.state];
  const who = [view.backend, view.model].filter((part) => part !== null && part !== undefined && part !== '');
  return {
    text: `$(${icon}) ${NAME}`,
    label: `${NAME}: ${word}. ${view.message}`.trimEnd(),
    tooltip: [`${NAME}: ${word}`, view.message, who.join(', ')].filter((line) => line !== '').join('\n\n'),
    severity,
  };
}

export interface Act {
  readonly label: string;
  readonly detail?: string;
  /** A palette command of this extension. */
  readonly command: string;
}

export interface Situation {
  readonly view: View;
  readonly enabled: boolean;
  /** The language of the document in front and whether suggestions are on for it; undefined without a document. */
  readonly language: { readonly id: string; readonly enabled: boolean } | undefined;
}

/** What a click on the status bar item offers, the most helpful first. */
export function acts({ view, enabled, language }: Situation): Act[] {
  const remedy = remedyFor(view);
  const list: Act[] = [];
  list.push({
    label: enabled ? '$(circle-slash) Turn suggestions off' : '$(sparkle) Turn suggestions on',
    command: 'autocrea.toggleCompletions',
  });
  if (language !== undefined && enabled) {
    list.push({
      label: language.enabled ? `$(circle-slash) Turn off for ${language.id}` : `$(sparkle) Turn on for ${language.id}`,
      command: 'autocrea.toggleLanguage',
    });
  }
  list.push(
    { label: '$(key) Set API key…', command: 'autocrea.setApiKey' },
    {
      label: '$(cloud-download) Install the embedded model',
      detail: 'Suggestions without a key; nothing leaves this machine',
      command: 'autocrea.installModel',
    },
    { label: '$(debug-restart) Restart server', command: 'autocrea.restartServer' },
    { label: '$(output) Show logs', command: 'autocrea.showLogs' },
    { label: '$(file) Show server log', command: 'autocrea.showServerLog' },
  );
  const running = view.state !== 'missing' && view.state !== 'stopped' && view.state !== 'starting';
  return list
    .filter((act) => running || !NEEDS_SERVER.includes(act.command))
    .sort((a, b) => Number(b.command === remedy) - Number(a.command === remedy));
}

const NEEDS_SERVER = ['autocrea.installModel', 'autocrea.showServerLog'];

/** The server names commands of its own; the palette's do the same with a face. */
const PALETTE: Record<string, string> = {
  [Command.MODEL_INSTALL]: 'autocrea.installModel',
  [Command.LOG]: 'autocrea.showServerLog',
};

function remedyFor(view: View): string | undefined {
  if (typeof view.command === 'string') return PALETTE[view.command];
  if (view.state === 'noKey') return 'autocrea.setApiKey';
  return view.state === 'stopped' || view.state === 'missing' ? 'autocrea.restartServer' : undefined;
}

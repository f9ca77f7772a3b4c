/** What the proposal view says. Plain values: nothing here needs VS Code. */

import { pendingCount, type Place } from './hunks.ts';
import type { CheckStatus, Proposal, ProposedFile } from '../wire.ts';

const WORD: Record<CheckStatus, string> = { passed: 'checked', failed: 'check failed', unchecked: 'not checked' };
const ICON: Record<CheckStatus, string> = { passed: '$(pass)', failed: '$(error)', unchecked: '$(warning)' };

/** The title of the diff editor: "main.py: Simplify (not checked)". */
export function title(proposal: Proposal, file: ProposedFile): string {
  return `${nameOf(file)}${file.isNew ? ' (new)' : ''}: ${proposal.title} (${WORD[proposal.status]})`;
}

/** Over the first line: what was checked, in the server's words. */
export function headline(proposal: Proposal): string {
  return `${ICON[proposal.status]} ${withoutIcons(proposal.label === '' ? capitalised(WORD[proposal.status]) : proposal.label)}`;
}

export function acceptLabel({ number, of }: Place): string {
  return of === 1 ? '$(check) Accept' : `$(check) Accept change ${String(number)} of ${String(of)}`;
}

/** What stands over a change that waits. A new file is one change: the button in the title makes it anew. */
export function buttons(file: ProposedFile, place: Place): { readonly title: string; readonly command: string }[] {
  const decide = [
    { title: acceptLabel(place), command: 'autocrea.proposal.accept' },
    { title: '$(x) Reject', command: 'autocrea.proposal.reject' },
  ];
  return file.isNew ? decide : [...decide, { title: '$(refresh) Regenerate…', command: 'autocrea.proposal.regenerate' }];
}

/** An entry of the list of proposals. */
export function entry(proposal: Proposal): { label: string; description: string; detail: string } {
  const pending = pendingCount(proposal);
  return {
    label: withoutIcons(proposal.title),
    description: `${String(pending)} ${pending === 1 ? 'change' : 'changes'} in ${proposal.files.map(nameOf).join(', ')}`,
    detail: headline(proposal),
  };
}

export function nameOf(file: ProposedFile): string {
  return decodeURIComponent(file.uri.split('/').at(-1) ?? file.uri);
}

/** A model's text may not draw icons of ours. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$\u200b(').replace(/\s+/g, ' ').trim();
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What the explanation panel and the chat show, and what they tell back. Plain values, for both sides of the web view. */

import type { AttachmentKind } from '../wire.ts';

export interface Entry {
  readonly role: 'user' | 'assistant' | 'error';
  /** Markdown of an assistant's, plain text of the others. */
  readonly text: string;
  /** Below it, small: what it cost, or that it was stopped. */
  readonly note?: string;
}

export interface Session {
  readonly id: string;
  readonly title: string;
}

/** What only the chat has. */
export interface ChatState {
  readonly sessions: readonly Session[];
  /** The one shown; null: one that begins with the next message. */
  readonly session: string | null;
  /** Names of what goes along with the next message. */
  readonly attached: readonly string[];
}

export interface ViewState {
  readonly title: string;
  readonly entries: readonly Entry[];
  /** An answer is being made; the last entry grows. */
  readonly busy: boolean;
  readonly chat: ChatState | null;
}

export const NOTHING: ViewState = { title: '', entries: [], busy: false, chat: null };

export type ToView = { readonly type: 'state'; readonly state: ViewState } | { readonly type: 'stream'; readonly text: string };

export const ATTACHABLE = ['selection', 'file', 'diagnostics'] as const satisfies readonly AttachmentKind[];
export type Attachable = (typeof ATTACHABLE)[number];

export type FromView =
  | { readonly type: 'ready' | 'stop' | 'new' | 'forget' }
  | { readonly type: 'send' | 'copy'; readonly text: string }
  | { readonly type: 'attach'; readonly kind: Attachable }
  | { readonly type: 'detach'; readonly index: number }
  | { readonly type: 'open'; readonly session: string };

/** A message as it came; undefined when it is none of ours. */
export function fromView(message: unknown): FromView | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, text, kind, index, session } = message as Record<string, unknown>;
  switch (type) {
    case 'ready':
    case 'stop':
    case 'new':
    case 'forget':
      return { type };
    case 'send':
    case 'copy':
      return typeof text === 'string' ? { type, text } : undefined;
    case 'attach': {
      const known = ATTACHABLE.find((candidate) => candidate === kind);
      return known && { type, kind: known };
    }
    case 'detach':
      return typeof index === 'number' ? { type, index } : undefined;
    case 'open':
      return typeof session === 'string' ? { type, session } : undefined;
    default:
      return undefined;
  }
}

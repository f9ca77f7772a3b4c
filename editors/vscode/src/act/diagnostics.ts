/** Diagnostics as the wire has them, and which of them are left after a fix. Plain values: nothing here needs VS Code. */

import type { DiagnosticRef, Range } from '../wire.ts';

/** As much of VS Code's diagnostic as matters; its severities count from 0, LSP's from 1. */
export interface Reported {
  readonly message: string;
  readonly severity: number;
  readonly source?: string | undefined;
  readonly code?: string | number | { readonly value: string | number } | undefined;
}

export function diagnosticRef(diagnostic: Reported, range: Range): DiagnosticRef {
  return {
    range,
    message: diagnostic.message,
    severity: diagnostic.severity + 1,
    source: diagnostic.source ?? null,
    code: codeOf(diagnostic) ?? null,
  };
}

/**
 * How many of the fixed ones are still reported. Lines move when a fix is applied, so they are told apart by what they
 * say, and counted: `before` are all of the document before the fix, `now` all of it now.
 */
export function remaining(fixed: readonly DiagnosticRef[], before: readonly Reported[], now: readonly Reported[]): number {
  const count = (list: readonly Reported[]): Map<string, number> => tally(list.map(keyOf));
  const [were, are] = [count(before), count(now)];
  let left = 0;
  for (const [key, wanted] of tally(fixed.map(keyOfRef))) {
    const others = Math.max(0, (were.get(key) ?? wanted) - wanted);
    left += Math.min(wanted, Math.max(0, (are.get(key) ?? 0) - others));
  }
  return left;
}

function tally(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function codeOf({ code }: Reported): string | number | undefined {
  return typeof code === 'object' ? code.value : code;
}

function keyOf(diagnostic: Reported): string {
  return JSON.stringify([diagnostic.source ?? '', String(codeOf(diagnostic) ?? ''), diagnostic.message]);
}

function keyOfRef({ source, code, message }: DiagnosticRef): string {
  return JSON.stringify([source ?? '', String(code ?? ''), message]);
}

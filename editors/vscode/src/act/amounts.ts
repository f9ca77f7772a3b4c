/** Tokens and money, for people. Plain values: nothing here needs VS Code. */

const MICROS = 1_000_000; // of a dollar

/** "$0.0123"; small amounts keep their first digits. */
export function dollars(micros: number): string {
  const value = micros / MICROS;
  if (micros === 0) return '$0';
  return value >= 1 ? `$${value.toFixed(2)}` : `$${value.toFixed(value >= 0.01 ? 4 : 6)}`;
}

export function tokens(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'token' : 'tokens'}`;
}

/** "1,234 tokens · $0.0012" */
export function spent(answer: { readonly tokensUsed: number; readonly costMicros?: number | null }): string {
  const { tokensUsed, costMicros } = answer;
  return typeof costMicros === 'number' ? `${tokens(tokensUsed)} · ${dollars(costMicros)}` : tokens(tokensUsed);
}

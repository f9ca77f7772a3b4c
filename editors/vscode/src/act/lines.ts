/** Lines, for people. Plain values: nothing here needs VS Code. */

interface Place {
  readonly line: number;
  readonly character: number;
}

/** First and last line of a range, counted from 1. A range that ends before a line's first character does not reach it. */
export function linesOf(range: { readonly start: Place; readonly end: Place }): { first: number; last: number } {
  const { start, end } = range;
  const last = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return { first: start.line + 1, last };
}

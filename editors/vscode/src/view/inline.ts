/** The inside of a line of Markdown: text, code, strong, emphasis. Plain values. */

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'strong' | 'emphasis'; readonly inlines: readonly Inline[] };

const MAX_DEPTH = 4; // strong in emphasis in …
const MAX_LENGTH = 5_000; // characters of one paragraph; a longer one is shown as it stands (looking for spans is quadratic)

/** What is escaped, code, strong, emphasis: whichever begins first. An underscore inside a word is only an underscore. */
const SPAN = new RegExp(
  [
    /\\([\\`*_{}[\]()#+.!>~|-])/,
    /(`+)([^`]|[^`].*?[^`])\2(?!`)/,
    /\*\*(?=\S)(.+?)(?<=\S)\*\*/,
    /(?<![\w_])__(?=\S)(.+?)(?<=\S)__(?![\w_])/,
    /\*(?=[^\s*])([^*]+?)(?<=\S)\*(?!\*)/,
    /(?<![\w_])_(?=[^\s_])([^_]+?)(?<=\S)_(?![\w_])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  's',
);
/** `[text](target)` and `![text](target)`: the text, and where it would lead, as text. */
const LINK = /!?\[([^\]\n]{0,500})\]\(([^)\s]{0,2000})[^)\n]{0,500}\)/g;

export function inlines(text: string): Inline[] {
  return text.length > MAX_LENGTH ? [{ type: 'text', text }] : parse(text, 0);
}

function parse(text: string, depth: number): Inline[] {
  const result: Inline[] = [];
  let rest = text;
  while (rest !== '') {
    const found = depth < MAX_DEPTH ? SPAN.exec(rest) : null;
    if (found === null) break;
    if (found.index > 0) result.push(plain(rest.slice(0, found.index)));
    const [whole, escaped, , code, strong1, strong2, emphasis1, emphasis2] = found;
    const strong = strong1 ?? strong2;
    if (escaped !== undefined) result.push({ type: 'text', text: escaped });
    else if (code !== undefined) result.push({ type: 'code', text: code.replace(/^ (.+) $/s, '$1') });
    else if (strong !== undefined) result.push({ type: 'strong', inlines: parse(strong, depth + 1) });
    else result.push({ type: 'emphasis', inlines: parse(emphasis1 ?? emphasis2 ?? '', depth + 1) });
    rest = rest.slice(found.index + whole.length);
  }
  if (rest !== '') result.push(plain(rest));
  return result;
}

function plain(text: string): Inline {
  const shown = text.replace(LINK, (_, label: string, target: string) => (label === target ? label : `${label} (${target})`));
  return { type: 'text', text: shown };
}

/**
 * Markdown as a tree of text, to be drawn with nothing but text nodes. What could load or start something (links, images,
 * HTML) has no node here: it stays visible text. Plain values: nothing here needs VS Code or a browser.
 */

import { inlines, type Inline } from './inline.ts';

export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly inlines: readonly Inline[] }
  | { readonly type: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly type: 'code'; readonly language: string; readonly text: string }
  | { readonly type: 'list'; readonly ordered: boolean; readonly start: number; readonly items: readonly (readonly Block[])[] }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  | { readonly type: 'rule' };

const MAX_DEPTH = 12; // of lists and quotes in one another; deeper ones stay text

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})(?: (.*))?$/;
const RULE = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])(\s+|$)(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const TABLE = /^ {0,3}\|.*\|\s*$/;

/** The blocks of a text that may end anywhere: it is drawn while it grows. */
export function blocks(markdown: string): Block[] {
  return parse(markdown.replaceAll('\r\n', '\n').replaceAll('\t', '    ').split('\n'), 0);
}

function parse(lines: readonly string[], depth: number): Block[] {
  const result: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      at += 1;
      continue;
    }
    const [block, next] = blockAt(lines, at, depth);
    result.push(block);
    at = next;
  }
  return result;
}

/** The block that begins at a line, and the line after it. */
function blockAt(lines: readonly string[], at: number, depth: number): [Block, number] {
  const line = lines[at] ?? '';
  const fence = FENCE.exec(line);
  if (fence) return fenced(lines, at, fence[1] ?? '', fence[2] ?? '');
  const heading = HEADING.exec(line);
  if (heading) return [{ type: 'heading', level: heading[1]?.length ?? 1, inlines: inlines(withoutClosing(heading[2] ?? '')) }, at + 1];
  if (RULE.test(line)) return [{ type: 'rule' }, at + 1];
  if (depth < MAX_DEPTH && QUOTE.test(line)) return quote(lines, at, depth);
  if (depth < MAX_DEPTH && ITEM.test(line)) return list(lines, at, depth);
  if (TABLE.test(line)) return table(lines, at);
  return paragraph(lines, at, depth);
}

/** `# Title ##`: the closing marks say nothing. */
function withoutClosing(text: string): string {
  const trimmed = text.trim();
  let end = trimmed.length;
  while (trimmed.charAt(end - 1) === '#') end -= 1;
  const closes = end < trimmed.length && (end === 0 || trimmed.charAt(end - 1) === ' ');
  return closes ? trimmed.slice(0, end).trimEnd() : trimmed;
}

function fenced(lines: readonly string[], at: number, mark: string, language: string): [Block, number] {
  const close = new RegExp(`^ {0,3}${mark.charAt(0)}{${String(mark.length)},}\\s*$`);
  let end = at + 1;
  while (end < lines.length && !close.test(lines[end] ?? '')) end += 1;
  return [{ type: 'code', language, text: lines.slice(at + 1, end).join('\n') }, end + 1];
}

function quote(lines: readonly string[], at: number, depth: number): [Block, number] {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end] ?? '')) end += 1;
  const inside = lines.slice(at, end).map((line) => QUOTE.exec(line)?.[1] ?? '');
  return [{ type: 'quote', blocks: parse(inside, depth + 1) }, end];
}

function list(lines: readonly string[], at: number, depth: number): [Block, number] {
  const first = ITEM.exec(lines[at] ?? '')?.[2] ?? '-';
  const ordered = /\d/.test(first);
  const items: Block[][] = [];
  let next = at;
  while (next < lines.length) {
    const item = ITEM.exec(lines[next] ?? '');
    if (!item || /\d/.test(item[2] ?? '') !== ordered || RULE.test(lines[next] ?? '')) break;
    const indent = (item[1] ?? '').length + (item[2] ?? '').length + Math.max(1, Math.min(4, (item[3] ?? '').length));
    const inside = [item[4] ?? ''];
    next += 1;
    // What is indented, or follows without a break, belongs to the item; a blank line only when more of it comes.
    while (next < lines.length) {
      const line = lines[next] ?? '';
      const blank = line.trim() === '';
      const follower = lines[next + 1] ?? '';
      if (blank && !(follower.startsWith(' '.repeat(2)) && follower.trim() !== '')) break;
      if (!blank && !line.startsWith(' '.repeat(2)) && startsBlock(line)) break;
      inside.push(line.slice(Math.min(indent, line.length - line.trimStart().length)));
      next += 1;
    }
    items.push(parse(inside, depth + 1));
    if ((lines[next] ?? '').trim() === '' && ITEM.test(lines[next + 1] ?? '')) next += 1; // a loose list
  }
  return [{ type: 'list', ordered, start: ordered ? Number.parseInt(first, 10) : 1, items }, next];
}

/** Shown as it stands, in columns of one width. */
function table(lines: readonly string[], at: number): [Block, number] {
  let end = at;
  while (end < lines.length && TABLE.test(lines[end] ?? '')) end += 1;
  return [{ type: 'code', language: '', text: lines.slice(at, end).join('\n') }, end];
}

function paragraph(lines: readonly string[], at: number, depth: number): [Block, number] {
  let end = at + 1;
  while (end < lines.length && (lines[end] ?? '').trim() !== '') {
    if (depth < MAX_DEPTH && startsBlock(lines[end] ?? '')) break;
    end += 1;
  }
  const text = lines.slice(at, end).map((line) => line.trim()).join('\n');
  return [{ type: 'paragraph', inlines: inlines(text) }, end];
}

function startsBlock(line: string): boolean {
  return [FENCE, HEADING, RULE, ITEM, QUOTE, TABLE].some((pattern) => pattern.test(line));
}

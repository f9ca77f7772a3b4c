/** Where generated code will stand. Plain values: nothing here needs VS Code. */

/** A document's text before and after code for a line: as the server does it, after a line with text, before an empty one. */
export function around(text: string, line: number): { before: string; after: string } {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const at = line + ((lines[line] ?? '').trim() === '' ? 0 : 1);
  const before = lines.slice(0, at).join('');
  return { before: before === '' || /[\r\n]$/.test(before) ? before : `${before}\n`, after: lines.slice(at).join('') };
}

/** The page of a web view. It loads two files of ours and nothing else from anywhere. Plain values. */

export interface Parts {
  readonly script: string;
  readonly style: string;
  /** Whom styles may come from. */
  readonly source: string;
  /** Which script may run. */
  readonly nonce: string;
}

export function page({ script, style, source, nonce }: Parts): string {
  const policy = `default-src 'none'; style-src ${source} 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="UTF-8">',
    `<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1.0">',
    `<link rel="stylesheet" nonce="${attribute(nonce)}" href="${attribute(style)}">`,
    '</head>',
    `<body><script nonce="${attribute(nonce)}" src="${attribute(script)}"></script></body>`,
    '</html>',
  ].join('\n');
}

function attribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

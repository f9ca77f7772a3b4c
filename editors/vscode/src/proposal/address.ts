/** The names of the diff editor's two documents. Plain values: nothing here needs VS Code. */

export const SCHEME = 'autocrea-proposal';

export interface Address {
  readonly proposal: string;
  /** The file it is about, as the server names it. */
  readonly uri: string;
  readonly side: 'original' | 'proposed';
}

/** The parts of a URI; the path is the file's own, so that VS Code knows the language. */
export function uriParts(address: Address): { scheme: string; path: string; query: string } {
  const path = new URL(address.uri, 'file:///').pathname;
  return { scheme: SCHEME, path: decodeURIComponent(path.startsWith('/') ? path : `/${path}`), query: JSON.stringify(address) };
}

export function addressOf(uri: { readonly scheme: string; readonly query: string }): Address | undefined {
  if (uri.scheme !== SCHEME) return undefined;
  try {
    const value = JSON.parse(uri.query) as Partial<Address>;
    const { proposal, uri: file, side } = value;
    if (typeof proposal !== 'string' || typeof file !== 'string') return undefined;
    return side === 'original' || side === 'proposed' ? { proposal, uri: file, side } : undefined;
  } catch {
    return undefined;
  }
}

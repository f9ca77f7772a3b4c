/** What to paste into a bug report. */

export interface Facts {
  readonly extension: string;
  readonly editor: string;
  readonly platform: string;
  readonly remote: string | undefined;
  readonly trusted: boolean;
  readonly server: { readonly version: string; readonly source: string; readonly command: string } | undefined;
  readonly status: { readonly state: string; readonly message: string };
  readonly hasKey: boolean;
  /** Names of the settings the user set; a value may be private, so none is told. */
  readonly settings: readonly string[];
}

export function debugInformation(facts: Facts): string {
  const { server, status } = facts;
  const rows: [string, string][] = [
    ['Extension', facts.extension],
    ['Editor', facts.editor],
    ['Platform', facts.platform],
    ['Remote', facts.remote ?? 'no'],
    ['Workspace trusted', facts.trusted ? 'yes' : 'no'],
    ['Server', server === undefined ? 'not running' : `${server.version}, from ${server.source}: ${server.command}`],
    ['Status', `${status.state}: ${status.message}`],
    ['Key stored', facts.hasKey ? 'yes' : 'no'],
    ['Settings changed', facts.settings.length > 0 ? facts.settings.join(', ') : 'none'],
  ];
  return ['AUTOCREA', ...rows.map(([name, value]) => `- ${name}: ${value}`), ''].join('\n');
}

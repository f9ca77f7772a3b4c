// Bundles the extension and its libraries into one file, with their licences beside it:  node esbuild.mjs [--production]
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const production = process.argv.includes('--production');
const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'out/extension.cjs',
  bundle: true,
  external: ['vscode'], // provided by VS Code
  format: 'cjs', // what VS Code 1.91 can load
  platform: 'node',
  target: 'node20', // VS Code 1.91 runs extensions in Node 20
  minify: production,
  sourcemap: production ? false : 'linked',
  metafile: true,
  logLevel: 'warning',
});

const packages = new Set(Object.keys(metafile.inputs).flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
const notices = [...packages].sort().map((name) => `${name}\n\n${licenceOf(path.join('node_modules', name))}`);
writeFileSync('out/THIRD-PARTY-NOTICES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));

function licenceOf(folder) {
  const file = existsSync(folder) ? readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry)) : undefined;
  if (file === undefined) throw new Error(`${folder} has no licence file to pass on`);
  return readFileSync(path.join(folder, file), 'utf8');
}

// Bundles the extension with its libraries, and the page of its web views; licences go beside them:  node esbuild.mjs [--production]
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const production = process.argv.includes('--production');
const shared = { bundle: true, minify: production, sourcemap: production ? false : 'linked', metafile: true, logLevel: 'warning' };
const extension = await build({
  ...shared,
  entryPoints: ['src/extension.ts'],
  outfile: 'out/extension.cjs',
  external: ['vscode'], // provided by VS Code
  format: 'cjs', // what VS Code 1.91 can load
  platform: 'node',
  target: 'node20', // VS Code 1.91 runs extensions in Node 20
});
// The page of the chat and of explanations.
const page = await build({
  ...shared,
  entryPoints: { webview: 'src/webview/main.ts' },
  outdir: 'out',
  format: 'iife',
  target: 'chrome124', // VS Code 1.91's
});
const style = await build({ ...shared, sourcemap: false, entryPoints: ['src/webview/webview.css'], outdir: 'out' });

const inputs = [extension, page, style].flatMap(({ metafile }) => Object.keys(metafile.inputs));
const packages = new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
const notices = [...packages].sort().map((name) => `${name}\n\n${licenceOf(path.join('node_modules', name))}`);
writeFileSync('out/THIRD-PARTY-NOTICES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));

function licenceOf(folder) {
  const file = existsSync(folder) ? readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry)) : undefined;
  if (file === undefined) throw new Error(`${folder} has no licence file to pass on`);
  return readFileSync(path.join(folder, file), 'utf8');
}

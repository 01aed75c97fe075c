// Bundles the three entries: the CLI (rare commands split off), the worker and the coordinator (one file each).
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

// CommonJS packages inside an ES module bundle need these three names.
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  "import { dirname as __pathDirname } from 'node:path';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  'const __dirname = __pathDirname(__filename);',
].join('');

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  legalComments: 'none',
  define: { __RMA_VERSION__: JSON.stringify(version) },
  banner: { js: banner },
  // rma speaks SSH through the system's ssh: the library and its compiled parts stay out, whatever npm built
  alias: { ssh2: './scripts/build/no-ssh2.cjs' },
  loader: { '.node': 'empty' },
  logLevel: 'warning',
};

rmSync('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist/cli',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: `#!/usr/bin/env node\n${banner}` },
});
chmodSync('dist/cli/main.js', 0o755);
for (const entry of ['worker', 'coordinator']) {
  await build({ ...common, entryPoints: [`src/${entry}/main.ts`], outfile: `dist/image/${entry}.mjs` });
}
// The local hub of quickstart and of tests in other processes: not part of the product, so outside dist.
await build({
  ...common,
  entryPoints: { hub: 'test/hub/main.ts' },
  outdir: 'build',
  outExtension: { '.js': '.mjs' },
});

// Usage: node scripts/build.mjs [OUT] (default: dist)
// Bundles the CLI (large packages split off), and packs the worker and the coordinator (one file each) for their image.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { prepareCatalog } from './build/catalog.mjs';
import { writeImageContext } from './build/image.mjs';
import { lazyModules } from './build/lazy-modules.mjs';

const out = process.argv[2] ?? 'dist';

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
  define: {
    __RMA_VERSION__: JSON.stringify(version),
    __RMA_CATALOG__: JSON.stringify(await prepareCatalog()),
  },
  banner: { js: banner },
  // rma speaks SSH through the system's ssh: the library and its compiled parts stay out, whatever npm built
  alias: { ssh2: './scripts/build/no-ssh2.cjs' },
  loader: { '.node': 'empty' },
  logLevel: 'warning',
};
const small = { minifySyntax: true, minifyWhitespace: true };

rmSync(out, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: `${out}/cli`,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [lazyModules()],
  ...small,
  banner: { js: `#!/usr/bin/env node\n${banner}` },
});
chmodSync(`${out}/cli/main.js`, 0o755);

mkdirSync(`${out}/image`, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'rma-build-'));
const bundles = { worker: `${scratch}/worker.mjs`, coordinator: `${scratch}/coordinator.mjs` };
for (const [entry, outfile] of Object.entries(bundles)) {
  await build({ ...common, ...small, entryPoints: [`src/${entry}/main.ts`], outfile });
}
await writeImageContext(`${out}/image`, bundles);
rmSync(scratch, { recursive: true });

// The local hub of quickstart and of tests in other processes, and the benchmark: not part of the product, so outside dist.
await build({
  ...common,
  entryPoints: { hub: 'test/hub/main.ts', bench: 'test/bench/main.ts' },
  outdir: out === 'dist' ? 'build' : `${out}/build`,
  outExtension: { '.js': '.mjs' },
});

import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles one entry of the image into `dir` like the build. Returns its path. */
export async function bundleEntry(entry: 'worker' | 'coordinator', dir: string): Promise<string> {
  const outfile = join(dir, `${entry}.mjs`);
  const banner =
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [`src/${entry}/main.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: banner },
    logLevel: 'error',
  });
  return outfile;
}

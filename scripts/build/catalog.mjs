// The catalog of the shipped profiles, engines and models, parsed when rma is built.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Returns the catalog as `src/core/profile/prepared-catalog.ts` reads it. */
export async function prepareCatalog() {
  const scratch = mkdtempSync(join(tmpdir(), 'rma-catalog-'));
  const outfile = join(scratch, 'catalog.cjs');
  try {
    // Node.js cannot run the TypeScript that it imports
    await build({
      entryPoints: ['scripts/build/catalog-text.mjs'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
    });
    return await (await import(pathToFileURL(outfile).href)).catalogText();
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

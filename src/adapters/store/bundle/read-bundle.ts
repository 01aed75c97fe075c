import { join } from 'node:path';
import {
  invalidBundle,
  MANIFEST_NAME,
  parseManifest,
  truncatedBundle,
} from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import { StoreGuard } from '../disk/store-guard.ts';
import { expectedEntries } from './unpack-bundle.ts';

/**
 * Reads the manifest of a bundle in a directory that has all of its files.
 * @throws RmaError RMA_BUNDLE_INVALID, RMA_BUNDLE_INCOMPLETE exit 6
 */
export function readBundle(directory: string): BundleManifest {
  const guard = new StoreGuard([directory]);
  const text = guard.readText(join(directory, MANIFEST_NAME));
  if (text === null) throw invalidBundle(directory, `it has no ${MANIFEST_NAME}`);
  const manifest = parseManifest(text, directory);
  const expected = expectedEntries(manifest);
  const missing = [...expected].filter(([name, bytes]) => {
    return guard.fileStats(join(directory, name))?.size !== BigInt(bytes);
  });
  const [first] = missing;
  if (first === undefined) return manifest;
  throw truncatedBundle(
    directory,
    `${missing.length} of its ${expected.size} files are missing, such as ${first[0]}`,
  );
}

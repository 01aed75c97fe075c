import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { formatManifest } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';

/**
 * Returns where a bundle is unpacked in the staging area of a store: equal for equal bundles, so that a killed import is
 * continued by the next one.
 */
export function unpackFolder(state: string, manifest: BundleManifest): string {
  const id = createHash('sha256').update(formatManifest(manifest)).digest('hex').slice(0, 16);
  return join(state, 'staging', `bundle-${id}`);
}

/** Returns whether a path is that of an unpacked content, which has its name only if its sha256 was compared. */
export function isUnpacked(state: string, path: string, hex: string): boolean {
  const folder = dirname(dirname(path));
  return (
    path === join(folder, 'contents', hex) &&
    dirname(folder) === join(state, 'staging') &&
    basename(folder).startsWith('bundle-')
  );
}

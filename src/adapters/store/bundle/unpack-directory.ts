import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { formatManifest } from '../../../core/bundle/bundle-manifest.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';

/** Where a bundle is unpacked in the staging area of a store. */
export interface UnpackPlace {
  /** equal for equal bundles, so that a killed import is continued by the next one */
  readonly directory: string;
  /** name of the lease of the directory: prune keeps a directory whose name ends like that of an active lease */
  readonly lease: string;
}

/** Returns where a bundle is unpacked. */
export function unpackPlace(state: string, manifest: BundleManifest): UnpackPlace {
  const hash = createHash('sha256').update(formatManifest(manifest)).digest('hex');
  return { directory: join(state, 'staging', `bundle-${hash.slice(0, 16)}`), lease: `bundle-${hash}` };
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

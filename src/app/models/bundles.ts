import type { ExportedBundle, ImportedBundle } from '../../core/domain/bundle.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { BundlePlace, Bundles, BundleTarget } from '../../ports/bundles.ts';
import { exportBundle } from '../fetch/export-bundle.ts';
import { importBundle } from '../fetch/import-bundle.ts';
import { bundleInContainer } from './bundle-in-container.ts';
import type { ImportFolder } from './import-models.ts';

/** A store in a directory of this machine, with what reads and writes bundles of it. */
export interface BundleFolder extends ImportFolder {
  readonly bundles: Bundles;
}

interface BundleStore {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly folder: BundleFolder | null;
}

type BundleHost = Parameters<typeof bundleInContainer>[0];
type BundleInvocation = Parameters<typeof bundleInContainer>[1];

/** Exports models of a store. @throws RmaError as exportBundle, bundleInContainer; RMA_BUNDLE_STREAM (2) */
export async function runExport(
  host: BundleHost,
  invocation: BundleInvocation,
  request: BundleStore & { readonly refs: readonly string[]; readonly target: BundleTarget },
): Promise<ExportedBundle> {
  const { config, folder, refs, target } = request;
  const { reporter, signal } = invocation;
  if (folder !== null) {
    return exportBundle(
      { root: folder.store.root, refs, target },
      { ...folder, signal, onProgress: (progress) => reporter.emit({ type: 'model', progress }) },
    );
  }
  if (target.kind === 'stdout') throw streamRefused();
  const mount = target.kind === 'directory' ? { directory: target.path, name: null } : placeOf(target.path);
  await host.files.createDirectory(mount.directory, 0o755);
  const splitBytes = target.kind === 'tar' ? target.splitBytes : null;
  const verb = 'export-bundle';
  const result = await bundleInContainer(host, invocation, {
    config,
    verb,
    refs,
    form: target.kind,
    splitBytes,
    ...mount,
  });
  if ('exported' in result) return result.exported;
  throw new Error('an export ended as an import');
}

/** Imports a bundle into a store. @throws RmaError as importBundle, bundleInContainer; RMA_BUNDLE_STREAM (2) */
export async function runBundleImport(
  host: BundleHost,
  invocation: BundleInvocation,
  request: BundleStore & { readonly place: BundlePlace; readonly isDirectory: boolean },
): Promise<ImportedBundle> {
  const { config, folder, place, isDirectory } = request;
  const { reporter, signal } = invocation;
  if (folder !== null) {
    return importBundle(place, {
      ...folder,
      signal,
      onProgress: (progress) => reporter.emit({ type: 'model', progress }),
    });
  }
  if (place.kind === 'stdin') throw streamRefused();
  const mount = isDirectory ? { directory: place.path, name: null } : placeOf(place.path);
  const result = await bundleInContainer(host, invocation, {
    config,
    verb: 'import-bundle',
    refs: [],
    form: isDirectory ? 'directory' : 'tar',
    splitBytes: null,
    ...mount,
  });
  if ('imported' in result) return result.imported;
  throw new Error('an import ended as an export');
}

/** Returns the directory and the name of an absolute path. */
function placeOf(path: string): { readonly directory: string; readonly name: string } {
  const cut = path.lastIndexOf('/');
  return { directory: path.slice(0, Math.max(1, cut)), name: path.slice(cut + 1) };
}

function streamRefused(): RmaError {
  return new RmaError('RMA_BUNDLE_STREAM', 'a stream (-) needs a store in a directory', {
    exitCode: EXIT.usage,
    hint: 'add --dest DIR, or use a tar file or a directory for the bundle',
  });
}

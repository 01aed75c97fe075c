import type { ExportedBundle } from '../../core/domain/bundle.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { BundleFiles } from '../../ports/bundle-files.ts';
import type { Bundles, BundleTarget, ExtraSources, WrittenBundle } from '../../ports/bundles.ts';
import { exportBundle, exportedBundle, exportProgress, noExtras } from '../fetch/export-bundle.ts';
import {
  type BundleHost,
  type BundleInvocation,
  exportInContainer,
  exportStream,
} from './bundle-in-container.ts';
import type { ImportDirectory } from './import-models.ts';

/** A store in a directory of this machine, with what reads and writes bundles of it. */
export interface BundleFolder extends ImportDirectory {
  readonly bundles: Bundles;
}

export interface ExportRequest {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly folder: BundleFolder | null;
  readonly refs: readonly string[];
  readonly target: BundleTarget;
  /** reads what `--images` adds; null without it */
  readonly extras: (() => Promise<ExtraSources>) | null;
  readonly files: BundleFiles;
}

/** Exports models of a store. @throws RmaError as exportBundle, exportInContainer, BundleFiles.complete and relay */
export async function exportModels(
  host: BundleHost,
  invocation: BundleInvocation,
  request: ExportRequest,
): Promise<ExportedBundle> {
  const { config, folder, refs, target, extras } = request;
  const { reporter, signal } = invocation;
  if (folder !== null) {
    return exportBundle(
      { root: folder.store.root, refs, target, extras: extras ?? noExtras },
      { ...folder, signal, onProgress: (progress) => reporter.emit({ type: 'model', progress }) },
    );
  }
  if (target.kind === 'directory')
    return exportDirectory(host, invocation, { ...request, path: target.path });
  if (target.kind === 'stdout' || extras !== null)
    return relayStream(host, invocation, { ...request, target });
  const place = placeOf(target.path);
  await host.files.createDirectory(place.directory, 0o755);
  return exportInContainer(host, invocation, { config, refs, splitBytes: target.splitBytes, ...place });
}

/** The container writes the models; images and files are added here, where the engine is. */
async function exportDirectory(
  host: BundleHost,
  invocation: BundleInvocation,
  { config, refs, extras, files, path }: ExportRequest & { readonly path: string },
): Promise<ExportedBundle> {
  await host.files.createDirectory(path, 0o755);
  const models = { config, refs, directory: path, name: null, splitBytes: null };
  const exported = await exportInContainer(host, invocation, models);
  if (extras === null) return exported;
  const sources = await extras();
  const progress = progressOf(invocation, { kind: 'directory', path });
  const added = await files.complete(path, { ...progress, extras: sources, signal: invocation.signal });
  const whole = exportedBundle(added, exported.incomplete);
  return { ...whole, writtenBytes: exported.writtenBytes + added.writtenBytes };
}

/** The container sends the models as a stream; images and files are put in front of them. */
async function relayStream(
  host: BundleHost,
  invocation: BundleInvocation,
  {
    config,
    refs,
    extras,
    files,
    target,
  }: ExportRequest & { readonly target: Exclude<BundleTarget, { readonly kind: 'directory' }> },
): Promise<ExportedBundle> {
  const { signal } = invocation;
  const work = { ...progressOf(invocation, target), extras: extras ?? noExtras, signal };
  let written: WrittenBundle | null = null;
  const read = async (stream: AsyncIterable<Uint8Array>) => {
    written = await files.relay(stream, target, work);
  };
  const { incomplete } = await exportStream(host, invocation, { config, refs, read });
  if (written === null) throw new Error('a bundle was not read');
  return exportedBundle(written, incomplete);
}

function progressOf({ reporter }: BundleInvocation, target: BundleTarget) {
  return exportProgress(target, (progress) => reporter.emit({ type: 'model', progress }));
}

/** Returns the directory and the name of an absolute path. */
export function placeOf(path: string): { readonly directory: string; readonly name: string } {
  const cut = path.lastIndexOf('/');
  return { directory: path.slice(0, Math.max(1, cut)), name: path.slice(cut + 1) };
}

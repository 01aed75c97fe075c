import type { BundleImage, ImportedBundle, LoadedImage } from '../../core/domain/bundle.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import type { BundleFiles, OpenImages } from '../../ports/bundle-files.ts';
import type { BundlePlace, LaterSpace } from '../../ports/bundles.ts';
import type { Host } from '../../ports/host.ts';
import { importBundle } from '../fetch/import-bundle.ts';
import { type BundleHost, type BundleInvocation, importInContainer } from './bundle-in-container.ts';
import { type BundleFolder, placeOf } from './export-models.ts';
import { imageSpace } from './image-space.ts';
import { checkWorkerImage, loadImages, missingImages } from './load-images.ts';

export interface BundleImport {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly folder: ((stream: AsyncIterable<Uint8Array> | null) => Promise<BundleFolder>) | null;
  readonly place: BundlePlace;
  readonly isDirectory: boolean;
  /** whether the images of the bundle are loaded */
  readonly images: boolean;
  /** directory for images while they are imported */
  readonly spool: string;
  readonly files: BundleFiles;
}

export interface ImportedAll extends ImportedBundle {
  readonly images: readonly LoadedImage[];
}

/**
 * Imports a bundle. All its images are verified first; then the models are verified and published, and then the images are
 * loaded, but for the worker image, which imports into a volume.
 * @throws RmaError as BundleFiles.open, importBundle, importInContainer, loadImages
 */
export async function importBundleModels(
  host: BundleHost & Pick<Host, 'images'>,
  invocation: BundleInvocation,
  request: BundleImport,
): Promise<ImportedAll> {
  const { place, images, spool, files } = request;
  const { reporter, signal } = invocation;
  const name = place.kind === 'stdin' ? 'images' : place.path;
  const opened = await files.open(place, {
    spool,
    choose: async (all) => (images ? missingImages(host, all) : []),
    onProgress: (doneBytes, totalBytes) =>
      reporter.emit({
        type: 'model',
        progress: { ...unstarted(name, totalBytes), state: 'verifying', doneBytes },
      }),
    signal,
  });
  try {
    const tag = await invocation.workerImage.tag(request.config.images.workerBase);
    const isWorker = ({ reference }: BundleImage) => reference === tag;
    const { archive, needed } = opened;
    const space = await imageSpace(host, opened.bytes);
    if (images) await checkWorkerImage(host, invocation, { images: opened.images, tag });
    if (request.folder === null)
      await loadImages(host, invocation, { archive, needed: needed.filter(isWorker) });
    const imported = await importInto(host, invocation, { ...request, opened, later: space });
    const later = request.folder === null ? needed.filter((image) => !isWorker(image)) : needed;
    await loadImages(host, invocation, { archive, needed: later });
    return { ...imported, images: opened.images.map((image) => loaded(image, opened, images)) };
  } finally {
    await opened.close();
  }
}

async function importInto(
  host: BundleHost,
  invocation: BundleInvocation,
  request: BundleImport & { readonly opened: OpenImages; readonly later: LaterSpace | null },
): Promise<ImportedBundle> {
  const { config, place, isDirectory, opened } = request;
  const { reporter, signal } = invocation;
  if (request.folder !== null) {
    const folder = await request.folder(opened.models);
    const onProgress: Parameters<typeof importBundle>[1]['onProgress'] = (progress) =>
      reporter.emit({ type: 'model', progress });
    return importBundle(place, { ...folder, signal, onProgress, later: request.later });
  }
  if (opened.models !== null) return importInContainer(host, invocation, { config, stream: opened.models });
  const path = place.kind === 'path' ? place.path : '';
  const mount = isDirectory ? { directory: path, name: null } : placeOf(path);
  return importInContainer(host, invocation, { config, ...mount });
}

function loaded({ reference }: BundleImage, { needed }: OpenImages, isWanted: boolean): LoadedImage {
  if (!isWanted) return { reference, state: 'skipped' };
  const isNew = needed.some((image) => image.reference === reference);
  return { reference, state: isNew ? 'loaded' : 'present' };
}

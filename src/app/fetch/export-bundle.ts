import { imageSizes } from '../../core/bundle/bundle-extras.ts';
import { selectModels } from '../../core/bundle/select-models.ts';
import type { ExportedBundle } from '../../core/domain/bundle.ts';
import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { ModelProgress } from '../../core/domain/worker-status.ts';
import { RmaError } from '../../core/errors.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import type { Bundles, BundleTarget, BundleWork, ExtraSources, WrittenBundle } from '../../ports/bundles.ts';
import type { ModelImport } from '../../ports/model-import.ts';

export interface BundleExport {
  /** directory of the store */
  readonly root: string;
  /** references; none: all models of the store */
  readonly refs: readonly string[];
  readonly target: BundleTarget;
  /** reads what `--images` adds; called once there are models */
  readonly extras: () => Promise<ExtraSources>;
}

export interface ExportOptions {
  readonly imports: Pick<ModelImport, 'find'>;
  readonly bundles: Pick<Bundles, 'write'>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ModelProgress) => void;
}

/** Of a bundle of models only. */
export const noExtras = async (): Promise<ExtraSources> => ({ files: [], images: [] });

/**
 * Writes complete models of a store to a bundle.
 * @throws RmaError RMA_BUNDLE_EMPTY, RMA_MODEL_NOT_FOUND (1), as Bundles.write
 */
export async function exportBundle(
  { root, refs, target, extras: readExtras }: BundleExport,
  { imports, bundles, signal, onProgress }: ExportOptions,
): Promise<ExportedBundle> {
  const found = await imports.find(root);
  const models = selectModels(found?.models ?? [], refs);
  if (models.length === 0) throw nothingThere(root);
  const extras = await readExtras();
  const progress = exportProgress(target, onProgress);
  const written = await bundles.write(models, target, { ...progress, signal, extras });
  const incomplete = found?.rejected.filter(({ why }) => why === 'incomplete').map(({ name }) => name);
  return exportedBundle(written, incomplete ?? []);
}

/** Returns what reports the progress of an export. */
export function exportProgress(
  target: BundleTarget,
  onProgress: (progress: ModelProgress) => void,
): Pick<BundleWork, 'onTotal' | 'onBytes'> {
  const name = target.kind === 'stdout' ? 'bundle' : target.path;
  let total = 0;
  let done = 0;
  return {
    onTotal: (bytes) => {
      total = bytes;
    },
    onBytes: (bytes) => {
      done += bytes;
      onProgress({ ...unstarted(name, total), state: 'exporting', doneBytes: done });
    },
  };
}

/** Returns what is in a bundle that was written. */
export function exportedBundle(
  { manifest, writtenBytes }: WrittenBundle,
  incomplete: readonly string[],
): ExportedBundle {
  const { extras, contents } = manifest;
  const all = [...contents, ...(extras?.contents ?? []), ...(extras?.files ?? [])];
  return {
    models: manifest.models.map(({ model }) => ({
      reference: model.ref,
      bytes: pinnedBytes(model),
      files: model.files.length,
    })),
    contents: all.length,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    writtenBytes,
    incomplete,
    images: extras === undefined ? [] : imageSizes(extras),
    files: (extras?.files ?? []).map(({ path }) => path),
  };
}

function nothingThere(root: string): RmaError {
  return new RmaError('RMA_BUNDLE_EMPTY', `${root} has no complete models`, {
    hint: 'download models first: rma models pull MODEL',
  });
}

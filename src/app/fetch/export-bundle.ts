import { selectModels } from '../../core/bundle/select-models.ts';
import type { ExportedBundle } from '../../core/domain/bundle.ts';
import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { ModelProgress } from '../../core/domain/worker-status.ts';
import { RmaError } from '../../core/errors.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import type { Bundles, BundleTarget } from '../../ports/bundles.ts';
import type { ModelImport } from '../../ports/model-import.ts';

export interface BundleExport {
  /** directory of the store */
  readonly root: string;
  /** references; none: all models of the store */
  readonly refs: readonly string[];
  readonly target: BundleTarget;
}

export interface ExportOptions {
  readonly imports: Pick<ModelImport, 'find'>;
  readonly bundles: Pick<Bundles, 'write'>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ModelProgress) => void;
}

/**
 * Writes complete models of a store to a bundle.
 * @throws RmaError RMA_BUNDLE_EMPTY, RMA_MODEL_NOT_FOUND (1), as Bundles.write
 */
export async function exportBundle(
  { root, refs, target }: BundleExport,
  { imports, bundles, signal, onProgress }: ExportOptions,
): Promise<ExportedBundle> {
  const found = await imports.find(root);
  const models = selectModels(found?.models ?? [], refs);
  if (models.length === 0) throw nothingThere(root);
  const totalBytes = models.reduce((sum, { model }) => sum + pinnedBytes(model), 0);
  const name = target.kind === 'stdout' ? 'bundle' : target.path;
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    onProgress({ ...unstarted(name, totalBytes), state: 'exporting', doneBytes: Math.min(done, totalBytes) });
  };
  const { manifest, writtenBytes } = await bundles.write(models, target, { onBytes, signal });
  return {
    models: manifest.models.map(({ model }) => ({
      reference: model.ref,
      bytes: pinnedBytes(model),
      files: model.files.length,
    })),
    contents: manifest.contents.length,
    bytes: manifest.contents.reduce((sum, { bytes }) => sum + bytes, 0),
    writtenBytes,
    incomplete: found?.rejected.filter(({ why }) => why === 'incomplete').map(({ name: each }) => each) ?? [],
  };
}

function nothingThere(root: string): RmaError {
  return new RmaError('RMA_BUNDLE_EMPTY', `${root} has no complete models`, {
    hint: 'download models first: rma models pull',
  });
}

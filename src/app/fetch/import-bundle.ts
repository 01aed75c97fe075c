import type { ImportedBundle } from '../../core/domain/bundle.ts';
import type { ImportModel } from '../../core/domain/import.ts';
import { resolveImport } from '../../core/import/resolve-import.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import type { BundlePlace, Bundles, LaterSpace } from '../../ports/bundles.ts';
import { importModels } from './import-models.ts';
import type { ImportContext } from './stage-import.ts';

/**
 * Imports a bundle. Nothing of it is shown before all its needed content is verified.
 * @throws RmaError as Bundles.open; RMA_STORE_* if the store cannot be prepared
 */
export async function importBundle(
  place: BundlePlace,
  {
    bundles,
    later = null,
    ...options
  }: ImportContext & { readonly bundles: Bundles; readonly later?: LaterSpace | null },
): Promise<ImportedBundle> {
  const { store, signal } = options;
  await store.prepare();
  const inventory = await store.inventory();
  const isNeeded = async (found: ImportModel) => {
    const resolved = resolveImport(found, inventory);
    return resolved !== null && (await store.check(resolved.model)).state !== 'present';
  };
  const name = place.kind === 'stdin' ? 'bundle' : place.path;
  const { source, close } = await bundles.open(place, {
    isNeeded,
    later,
    signal,
    onProgress: (doneBytes, totalBytes) =>
      options.onProgress({ ...unstarted(name, totalBytes), state: 'importing', doneBytes }),
    onWait: ({ host, doneBytes, totalBytes }) =>
      options.onProgress({
        ...unstarted(name, totalBytes),
        state: 'waiting',
        doneBytes,
        note: `locked by ${host}`,
      }),
  });
  try {
    const resolved = source.models.map((found) => resolveImport(found, inventory));
    // their content was counted while the bundle was read
    const onProgress: typeof options.onProgress = (progress) => {
      if (progress.state !== 'importing') options.onProgress(progress);
    };
    const outcomes = await importModels(
      resolved.filter((found) => found !== null),
      { ...options, onProgress },
    );
    const skipped = source.models.flatMap(({ model }, at) => (resolved[at] === null ? [model.ref] : []));
    return { outcomes, skipped };
  } finally {
    await close();
  }
}

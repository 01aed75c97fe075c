import { dirname } from 'node:path';
import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';

/** Directories that other programs expect, also empty. */
const KEPT = [
  'ollama/manifests',
  'ollama/blobs',
  'huggingface/hub',
  'modelscope',
  'gguf',
  'local',
  'docling',
];

/** Removes a directory of the store and its parents as far as they are empty. */
export async function removeEmpty(
  context: { readonly disk: Disk; readonly paths: StorePaths },
  folder: string,
): Promise<void> {
  if (folder === '.' || folder === '.rma' || folder.startsWith('.rma/') || folder.startsWith('/')) return;
  if (KEPT.includes(folder)) return;
  const removed = unless(
    ['ENOTEMPTY', 'EEXIST', 'EBUSY', ...NO_RECORD],
    context.disk.rmdir(placeInStore(context.paths, folder)).then(() => true),
  );
  if ((await removed) === true) await removeEmpty(context, dirname(folder));
}

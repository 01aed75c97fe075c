import { join } from 'node:path';
import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { type Disk, unless } from '../disk/disk.ts';
import { entryOf, type Receipt } from '../receipts/receipts.ts';

/** The directory of a model, and the receipts of all its revisions. */
export interface OwnedDirectory {
  readonly disk: Pick<Disk, 'lstat'>;
  readonly folder: string;
  readonly receipts: readonly Receipt[];
}

/** Returns whether a name is taken by anything that no receipt of the model mentions. A directory is never replaced anyway. */
export async function isTaken({ disk, folder, receipts }: OwnedDirectory, path: string): Promise<boolean> {
  if (receipts.some(({ files }) => entryOf(files, path) !== undefined)) return false;
  const stats = await unless(['ENOENT', 'ENOTDIR'], disk.lstat(join(folder, path)));
  return stats !== null && !stats.isDirectory();
}

/** Refuses to replace files that were not written by rma. @throws RmaError RMA_STORE_NAME_TAKEN exit 6 */
export function refuseTaken(model: PinnedModel, folder: string, taken: readonly string[]): void {
  const [first, ...others] = taken;
  if (first === undefined) return;
  const path = join(folder, first);
  const rest = others.length === 1 ? '1 other file' : `${others.length} other files`;
  const fault =
    others.length === 0
      ? `${path} has different content and was not written by rma`
      : `${path} and ${rest} have different content and were not written by rma`;
  throw new RmaError('RMA_STORE_NAME_TAKEN', `cannot store ${model.ref}: ${fault}`, {
    exitCode: EXIT.badContent,
    hint: `move the ${others.length === 0 ? 'file' : 'files'} away, then run the command again`,
    details: { path, paths: taken.map((name) => join(folder, name)) },
  });
}

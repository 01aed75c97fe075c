import { join } from 'node:path';
import type { Expected, ReceiptName } from '../../../core/domain/verification.ts';
import { placeInStore } from '../../../core/source/store-paths.ts';
import { errnoOf } from '../disk/disk.ts';
import { writeAtomic } from '../disk/files.ts';
import type { StoreGuard } from '../disk/store-guard.ts';
import { entryOf, readReceiptSync, receiptEntry } from '../receipts/receipts.ts';
import type { ChangeContext } from './quarantine.ts';

export type ReceiptContext = ChangeContext & { readonly guard: StoreGuard };

export interface Described {
  readonly place: string;
  readonly receipts: readonly ReceiptName[];
  readonly expected: readonly Expected[];
}

/** Writes size and time of content, which was just verified, to the receipts that have its hash. */
export async function updateReceipts(
  context: ReceiptContext,
  { place, receipts, expected }: Described,
): Promise<void> {
  const { disk, guard, paths, now } = context;
  const stats = guard.fileStats(placeInStore(paths, place));
  if (stats === null) return;
  for (const { receipt: name, name: file } of receipts) {
    const path = join(paths.state, 'receipts', name);
    const receipt = readReceiptSync(path, guard);
    const entry = entryOf(receipt?.files, file);
    if (receipt === null || entry === undefined) continue;
    if (!expected.some(({ digest }) => digest.hex === entry.digest.hex)) continue;
    const files = { ...receipt.files, [file]: { ...entry, ...receiptEntry(stats, entry.digest, now()) } };
    const text = `${JSON.stringify({ ...receipt, files })}\n`;
    await writeAtomic(disk, { staging: join(paths.state, 'staging'), path, text });
  }
}

/** As `updateReceipts`, for a store that may be read-only: its receipts then stay as they are. */
export async function refreshReceipts(context: ReceiptContext, described: Described): Promise<void> {
  try {
    await updateReceipts(context, described);
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', 'ENOENT'].includes(errnoOf(error) ?? ''))
      throw error;
  }
}

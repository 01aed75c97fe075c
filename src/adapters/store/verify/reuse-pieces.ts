import { placeInStore } from '../../../core/source/store-paths.ts';
import type { StagingSlot } from '../../../ports/model-store.ts';
import type { FetchFix, ReuseWork } from '../../../ports/store-verifier.ts';
import { errnoOf, NO_RECORD } from '../disk/disk.ts';
import { copyPart } from '../transfer/copy-part.ts';
import { discardPart, writeJournal } from '../transfer/journal.ts';
import type { ContentContext } from './check-content.ts';

interface ReuseJob extends ReuseWork {
  readonly fix: FetchFix;
  readonly slot: StagingSlot;
}

/** Codes of a file that cannot be read, wholly or in part. */
const UNREADABLE: readonly string[] = ['EIO', 'EACCES', 'EPERM', ...NO_RECORD];

/** Implements `StoreVerifier.reuse`. */
export async function reusePieces(
  { disk, guard, paths, pieces }: ContentContext,
  { fix, slot, signal, onCopy }: ReuseJob,
): Promise<boolean> {
  const { digest, bytes } = fix.file;
  const path = placeInStore(paths, fix.place);
  const size = Number(guard.fileStats(path)?.size ?? 0);
  const recorded = digest?.algorithm === 'sha256' ? await pieces.read(digest.hex, bytes) : null;
  if (digest === null || recorded === null || size === 0) return false;
  const end = Math.min(size, bytes);
  const from = guard.realpath(path) ?? path;
  try {
    const handle = await copyPart(disk, { from, to: slot.path, ranges: [[0, end]], signal, onCopy });
    await handle.close();
    await writeJournal(disk, slot.path, {
      journal: {
        schema: 'rma.part/v1',
        etag: null,
        urlHost: '',
        bytes,
        ranges: [[0, end]],
        pieces: [...recorded.hashes, digest.hex],
        pieceBytes: recorded.pieceBytes,
        closed: true,
      },
      sync: true,
    });
    return true;
  } catch (error) {
    await discardPart(disk, slot.path);
    if (UNREADABLE.includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { ArchivedFile } from '../../core/source/source.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import type { Received, Transfer, TransferJob } from '../../ports/transfer.ts';
import { isWrongContent } from './content-places.ts';

/** Where the archive of a file is staged, and what transfers it. */
export interface ArchivePlace {
  readonly model: PinnedModel;
  readonly store: Pick<ModelStore, 'stage'>;
  readonly transfer: Transfer;
}

const ROUNDS = 2;

/**
 * Downloads the archive of a file, and unpacks the file to the slot of the job. An archive with wrong content is downloaded
 * once more. @throws RmaError as `Transfer`
 */
export async function fetchArchived(
  job: TransferJob,
  { archive, entry }: ArchivedFile,
  { model, store, transfer }: ArchivePlace,
): Promise<Received> {
  const { slot, digest, label, signal } = job;
  const sender = new URL(job.location.url).host;
  const share = archive.bytes === 0 ? 0 : entry.bytes / archive.bytes;
  const onBytes = (doneBytes: number, receivedBytes: number) =>
    job.onBytes(Math.floor(doneBytes * share), Math.floor(receivedBytes * share));
  for (let round = 1; ; round += 1) {
    const { path } = await fetchArchive();
    try {
      return await transfer.unpack({ archive: path, entry, to: slot.path, digest, label, sender, signal });
    } catch (error) {
      if (round === ROUNDS || !isWrongContent(error)) throw error;
    }
  }

  async function fetchArchive() {
    const staged = await store.stage(model, archive);
    const { bytes } = archive;
    await transfer.fetch({ ...job, bytes, digest: null, slot: staged, magic: null, onBytes });
    return staged;
  }
}

import { join } from 'node:path';
import type { ModelRef } from '../../../core/domain/model-ref.ts';
import { type Digest, type PinnedModel, pinnedBytes } from '../../../core/domain/pinned-model.ts';
import { RmaError } from '../../../core/errors.ts';
import type { ByteSpan } from '../../../core/network/byte-range.ts';
import type { ModelRecord } from '../../../core/source/model-record.ts';
import { formatModelRef } from '../../../core/source/parse-ref.ts';
import { sourceOf } from '../../../core/source/sources.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ModelStore } from '../../../ports/model-store.ts';
import type { ServedContent, ServedModels, ServedStore } from '../../../ports/served-store.ts';
import { type Disk, NO_RECORD, realDisk, unless } from '../disk/disk.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { guardOf, type StoreGuard } from '../disk/store-guard.ts';
import { entryOf, readReceiptSync } from '../receipts/receipts.ts';
import { type ContentIndex, contentIndex, contentKey, contentMark } from './content-index.ts';

export interface ServedStoreOptions {
  readonly paths: StorePaths;
  readonly store: Pick<ModelStore, 'check' | 'recall'>;
  readonly clock: Clock;
  readonly disk?: Disk;
}

/** Age from which the index is built again for content that it does not have, ms. */
const STALE_MS = 2_000;

const READ_BYTES = 64 * 1024;

/** A store on the file systems of this machine, as other machines see it. Writes nothing. */
export class FileServedStore implements ServedStore {
  readonly #options: ServedStoreOptions;
  readonly #guard: StoreGuard;
  readonly #disk: Disk;
  #index: { readonly builtAt: number; readonly found: Promise<ContentIndex> } | null = null;

  constructor(options: ServedStoreOptions) {
    this.#options = options;
    this.#guard = guardOf(options.paths);
    this.#disk = guardedDisk(options.disk ?? realDisk, this.#guard);
  }

  async models(): Promise<ServedModels> {
    const { records } = await this.#build();
    const served: PinnedModel[] = [];
    for (const model of records) if (await this.#isPresent(model)) served.push(this.#withDigests(model));
    const models = served
      .map((model) => ({ ref: model.ref, files: model.files.length, bytes: pinnedBytes(model) }))
      .sort((a, b) => (a.ref < b.ref ? -1 : 1));
    return { models, bytes: pinnedBytes({ files: served.flatMap(({ files }) => files) }) };
  }

  async find(ref: ModelRef): Promise<ModelRecord | null> {
    const { store, clock } = this.#options;
    const stored = await store.recall(formatModelRef(ref));
    if (stored === null || !(await this.#isPresent(stored.model))) return null;
    const recordedAt = stored.recordedAt ?? new Date(clock.now()).toISOString();
    return { schema: 'rma.model/v1', recordedAt, model: this.#withDigests(stored.model) };
  }

  async open(digest: Digest): Promise<ServedContent | null> {
    const { clock } = this.#options;
    const known = this.#index;
    const found = known === null ? null : await this.#openIn(await known.found, digest);
    if (found !== null) return found;
    if (known !== null && clock.monotonic() - known.builtAt < STALE_MS) return null;
    return this.#openIn(await this.#build(), digest);
  }

  /** Opens the content if its size and modification time are those of a receipt. */
  async #openIn(index: ContentIndex, digest: Digest): Promise<ServedContent | null> {
    const content = index.contents.get(contentKey(digest));
    for (const place of content?.places ?? []) {
      const handle = await unless(NO_RECORD, this.#disk.open(place, 'r'));
      if (handle === null) continue;
      const stats = await handle.stat({ bigint: true });
      const isVerified = content?.marks.has(contentMark(Number(stats.size), String(stats.mtimeNs))) === true;
      if (!stats.isFile() || !isVerified) {
        await handle.close();
        continue;
      }
      return {
        bytes: Number(stats.size),
        read: (span) => chunksOf(handle, span, place),
        close: () => handle.close(),
      };
    }
    return null;
  }

  async #build(): Promise<ContentIndex> {
    const { clock, paths } = this.#options;
    const builtAt = clock.monotonic();
    const now = this.#index;
    if (now !== null && builtAt - now.builtAt < STALE_MS) return now.found;
    const found = contentIndex({ disk: this.#disk, guard: this.#guard, paths });
    this.#index = { builtAt, found };
    // a store that could not be read is read again
    found.catch(() => {
      this.#index = null;
    });
    return found;
  }

  async #isPresent(model: PinnedModel): Promise<boolean> {
    try {
      return (await this.#options.store.check(model)).state === 'present';
    } catch (error) {
      if (error instanceof RmaError) return false;
      throw error;
    }
  }

  /** Returns the model with the hashes that were computed when it was downloaded, where its source publishes none. */
  #withDigests(model: PinnedModel): PinnedModel {
    const receipt = join(this.#options.paths.state, 'receipts', sourceOf(model).store.receipt(model));
    const entries = readReceiptSync(receipt, this.#guard)?.files;
    const files = model.files.map((file) => ({
      ...file,
      digest: file.digest ?? entryOf(entries, file.path)?.digest ?? null,
    }));
    return { ...model, files };
  }
}

async function* chunksOf(
  handle: Awaited<ReturnType<Disk['open']>>,
  { from, to }: ByteSpan,
  path: string,
): AsyncGenerator<Uint8Array> {
  for (let position = from; position < to; ) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, to - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new RmaError('RMA_STORE_CHANGED', `${path} became shorter while it was read`);
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

import type { DownloadLimits } from '../../../core/domain/download-limits.ts';
import type { Digest } from '../../../core/domain/pinned-model.ts';
import { RmaError } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { HttpClient } from '../../../ports/http-client.ts';
import type { Received, Transfer, TransferJob, UnpackJob } from '../../../ports/transfer.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { diskFault } from '../disk/disk-fault.ts';
import { ContentBuffers } from './content-buffers.ts';
import { FileStreams } from './file-streams.ts';
import { HostPace } from './host-pace.ts';
import { HostWaits } from './host-waits.ts';
import type { Part } from './part.ts';
import { PartFile, type PartOptions } from './part-file.ts';
import { RateLimit } from './rate-limit.ts';
import { SYNC_BYTES } from './sync-pace.ts';
import { SyncQueue } from './sync-queue.ts';
import { hashMismatch } from './transfer-faults.ts';
import { unpackEntry } from './unpack-entry.ts';
import { WholeFile, type WholeFileOptions } from './whole-file.ts';
import { WindowGate } from './window-gate.ts';

export interface TransferOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  readonly disk?: Disk;
  /** first delay between two attempts, ms */
  readonly pauseMs?: number;
  /** of all downloads together; default: none */
  readonly limits?: Pick<DownloadLimits, 'maxRate' | 'window'>;
  /** bytes that are received again if some of them are wrong; default: 64 MiB */
  readonly pieceBytes?: number;
  /** smallest file that is hashed in a thread; default: 16 MiB */
  readonly threadBytes?: number;
  /** smallest range of one of several connections, bytes */
  readonly minPart?: number;
  /** bytes between two syncs, of all files together; default: 32 MiB */
  readonly syncBytes?: number;
}

/** Downloads files: resumes from the journal, checks each response, hashes while writing. */
export class HttpTransfer implements Transfer {
  readonly #options: TransferOptions;
  readonly #waits: HostWaits;
  readonly #rate: RateLimit;
  readonly #gate: WindowGate;
  readonly #syncs = new SyncQueue();
  readonly #buffers = new ContentBuffers();
  /** by host */
  readonly #paces = new Map<string, HostPace>();
  /** number of files that are being received; together they lose no more in a crash than one */
  #open = 0;

  constructor(options: TransferOptions) {
    this.#options = options;
    const { clock, limits = { maxRate: null, window: null } } = options;
    this.#waits = new HostWaits(clock);
    this.#rate = new RateLimit(clock, limits.maxRate);
    this.#gate = new WindowGate(clock, limits.window);
  }

  async fetch(job: TransferJob): Promise<Received> {
    this.#open += 1;
    try {
      return await this.#fetch(job);
    } catch (error) {
      throw diskFault(error, job.slot.path);
    } finally {
      this.#open -= 1;
    }
  }

  async unpack(job: UnpackJob): Promise<Received> {
    const { disk = realDisk } = this.#options;
    try {
      return { digest: await unpackEntry(disk, job), pieces: null };
    } catch (error) {
      throw diskFault(error, job.to);
    }
  }

  async #fetch(job: TransferJob): Promise<Received> {
    const { http, clock, random, pauseMs = 500, minPart } = this.#options;
    const { syncBytes = SYNC_BYTES } = this.#options;
    const shares = { syncs: this.#syncs, buffers: this.#buffers, syncBytes: () => syncBytes / this.#open };
    const part = await openPart({ ...this.#options, ...shares }, job);
    const pace = this.#paceOf(new URL(job.location.url).host);
    const shared = { waits: this.#waits, rate: this.#rate, gate: this.#gate };
    const options = { http, clock, random, pauseMs, minPart, pace, ...shared };
    try {
      const digest = await verified(new FileStreams(options, job, part), job, part);
      const pieces = part.pieces();
      await part.close();
      return { digest, pieces };
    } catch (error) {
      // the original error is more useful than one from closing
      if (isWrongContent(error)) await part.drop();
      else await part.close().catch(() => undefined);
      throw error;
    }
  }

  #paceOf(host: string): HostPace {
    const pace = this.#paces.get(host) ?? new HostPace(() => this.#options.clock.monotonic());
    this.#paces.set(host, pace);
    return pace;
  }
}

/** Receives until the hash matches. After a mismatch the file is downloaded once more; a second one is a fault of the source. */
async function verified(streams: FileStreams, job: TransferJob, part: Part): Promise<Digest> {
  const { digest, label } = job;
  for (let round = 1; ; round += 1) {
    let hex: string | null = null;
    while (hex === null) {
      await streams.complete();
      hex = await part.digest();
    }
    if (digest === null || digest.hex === hex) return { algorithm: digest?.algorithm ?? 'sha256', hex };
    if (round === 2) throw hashMismatch({ label, sender: streams.sender }, digest, hex);
    await streams.reset();
  }
}

type PartSettings = Pick<TransferOptions, 'disk' | 'clock' | 'pieceBytes' | 'threadBytes'> &
  Pick<PartOptions, 'syncBytes'> &
  Pick<WholeFileOptions, 'syncs' | 'buffers'>;

function openPart(
  { disk = realDisk, clock, pieceBytes, threadBytes, syncs, buffers, syncBytes }: PartSettings,
  { slot, bytes, digest, location, signal, onBytes }: TransferJob,
): Promise<Part> {
  const file = { disk, slot, bytes, onReceived: (received: number) => onBytes(received, 0) };
  if (slot.isWhole === true && digest !== null) return WholeFile.open({ ...file, digest, syncs, buffers });
  return PartFile.open({
    ...file,
    pieceBytes,
    threadBytes,
    syncBytes,
    algorithm: digest?.algorithm ?? 'sha256',
    urlHost: new URL(location.url).host,
    signal,
    monotonic: () => clock.monotonic(),
  });
}

function isWrongContent(error: unknown): boolean {
  return error instanceof RmaError && error.code === 'RMA_CONTENT_HASH_MISMATCH';
}

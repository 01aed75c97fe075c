import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import type {
  PinnedFile,
  PinnedHfModel,
  PinnedModel,
  PinnedUrlModel,
} from '../../core/model/pinned-model.ts';
import { pathFault } from '../../core/models/safe-path.ts';
import type { StorePaths } from '../../core/models/store-paths.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  HeldLease,
  LeaseHolder,
  ModelCheck,
  ModelStore,
  StagedFile,
  StagingSlot,
} from '../../ports/model-store.ts';
import { type Disk, realDisk } from './disk.ts';
import { diskFault, onDisk } from './disk-fault.ts';
import { readJson, writeAtomic } from './files.ts';
import { GgufLayout } from './gguf-layout.ts';
import { HfLayout } from './hf-layout.ts';
import type { LayoutWriter } from './layout-writer.ts';
import { Leases } from './lease.ts';
import { prepareStore } from './prepare.ts';
import { nearestExisting } from './same-file-system.ts';
import { contentFolder, makeSlot, stagingFor } from './staging.ts';

export interface StoreOptions {
  readonly paths: StorePaths;
  readonly clock: Clock;
  readonly disk?: Disk;
  /** off: leases judge their holders by heartbeats alone */
  readonly witness?: boolean;
}

/** Longest name of a lease's folder, bytes. */
const MAX_KEY = 200;

/** The `/models` volume on this machine's file systems. */
export class FileModelStore implements ModelStore {
  readonly root: string;
  readonly #paths: StorePaths;
  readonly #disk: Disk;
  readonly #leases: Leases;
  readonly #hf: LayoutWriter<PinnedHfModel>;
  readonly #gguf: LayoutWriter<PinnedUrlModel>;
  readonly #staging = new Map<string, string>();

  constructor({ paths, clock, disk = realDisk, witness = true }: StoreOptions) {
    this.root = paths.root;
    this.#paths = paths;
    this.#disk = disk;
    const staging = join(paths.state, 'staging');
    const receipts = join(paths.state, 'receipts');
    const context = { disk, receipts, receiptStaging: staging, now: () => clock.now() };
    this.#hf = new HfLayout(paths.hub, context);
    this.#gguf = new GgufLayout(paths.gguf, context);
    this.#leases = new Leases({ disk, clock, dir: join(paths.state, 'leases'), staging, witness });
  }

  async prepare(): Promise<void> {
    await onDisk(this.root, async () => {
      const stagings = [this.#stagingOf(this.#hf.root), this.#stagingOf(this.#gguf.root)];
      await prepareStore(this.#disk, this.#paths, stagings);
    });
  }

  async check(model: PinnedModel): Promise<ModelCheck> {
    try {
      return model.source === 'hf' ? this.#hf.check(model) : this.#gguf.check(model);
    } catch (error) {
      throw diskFault(error, this.root);
    }
  }

  async adopt(
    model: PinnedModel,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<readonly PinnedFile[]> {
    return onDisk(this.root, async () => {
      const options = { onBytes, signal };
      return model.source === 'hf' ? this.#hf.adopt(model, options) : this.#gguf.adopt(model, options);
    });
  }

  async stage(model: PinnedModel, file: PinnedFile): Promise<StagingSlot> {
    const folder = this.#contentFolder(model, file);
    return onDisk(folder, () => makeSlot(this.#disk, folder, file.bytes));
  }

  async publish(model: PinnedModel, staged: ReadonlyMap<PinnedFile, StagedFile>): Promise<void> {
    const staging = this.#stagingFor(model);
    await onDisk(this.root, () =>
      model.source === 'hf'
        ? this.#hf.publish(model, staged, staging)
        : this.#gguf.publish(model, staged, staging),
    );
    // what is left there are older parts of contents that are in place now
    for (const file of staged.keys()) {
      const folder = this.#contentFolder(model, file);
      await this.#disk.rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  async lease(
    model: PinnedModel,
    onWait: (holder: LeaseHolder) => void,
    signal: AbortSignal,
  ): Promise<HeldLease> {
    const key = shortened(this.#leaseKey(model));
    return onDisk(join(this.#paths.state, 'leases'), () => this.#leases.acquire(key, onWait, signal));
  }

  async freeBytes(model?: PinnedModel): Promise<number> {
    const place = model === undefined ? this.root : this.#layoutRoot(model);
    return onDisk(place, async () => {
      const { bavail, bsize } = await statfs(nearestExisting(place));
      return bavail * bsize;
    });
  }

  async recordProject(host: string, project: string, refs: readonly string[]): Promise<void> {
    const name = `${host}-${project}.json`;
    if (name.includes('/') || pathFault(name) !== null) {
      throw new RmaError('RMA_STORE_PROJECT_NAME', `"${name}" cannot be a file name`, {
        exitCode: EXIT.usage,
      });
    }
    const path = join(this.#paths.state, 'projects', name);
    const record = { schema: 'rma.project/v1', host, project, refs: [...new Set(refs)].sort() };
    await onDisk(path, async () => {
      if (JSON.stringify(await readJson(this.#disk, path)) === JSON.stringify(record)) return;
      await writeAtomic(this.#disk, join(this.#paths.state, 'staging'), path, `${JSON.stringify(record)}\n`);
    });
  }

  #leaseKey(model: PinnedModel): string {
    return model.source === 'hf' ? this.#hf.leaseKey(model) : this.#gguf.leaseKey(model);
  }

  #contentFolder(model: PinnedModel, file: PinnedFile): string {
    return contentFolder(this.#stagingFor(model), this.#leaseKey(model), model, file);
  }

  #layoutRoot(model: PinnedModel): string {
    return model.source === 'hf' ? this.#hf.root : this.#gguf.root;
  }

  #stagingFor(model: PinnedModel): string {
    return this.#stagingOf(this.#layoutRoot(model));
  }

  #stagingOf(target: string): string {
    const known = this.#staging.get(target) ?? stagingFor(this.#paths, target);
    this.#staging.set(target, known);
    return known;
  }
}

function shortened(key: string): string {
  if (Buffer.byteLength(key) <= MAX_KEY) return key;
  return `${key.slice(0, 60)}-${createHash('sha256').update(key).digest('hex')}`;
}

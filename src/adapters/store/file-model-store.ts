import { join } from 'node:path';
import type { StoreNeeds } from '../../core/domain/fetch-request.ts';
import type { Inventory } from '../../core/domain/inventory.ts';
import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import type { StoredModel } from '../../core/domain/stored-model.ts';
import { buildInventory } from '../../core/inventory/build-inventory.ts';
import type { Removal } from '../../core/inventory/plan-removal.ts';
import { isSharedLease } from '../../core/inventory/shared-leases.ts';
import { parseModelRef } from '../../core/source/parse-ref.ts';
import { sourceOf } from '../../core/source/sources.ts';
import type { StorePaths } from '../../core/source/store-paths.ts';
import { leaseName } from '../../core/store/lease-name.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  LeaseHolder,
  ModelCheck,
  ModelLease,
  ModelStore,
  PublishOptions,
  RemoveOptions,
  StagedFile,
  StagingSlot,
} from '../../ports/model-store.ts';
import type { ByteRange } from '../../ports/range-reader.ts';
import { markedUses, undoContents } from './cache/restore-marked.ts';
import { bootId } from './disk/boot-id.ts';
import { type Disk, realDisk } from './disk/disk.ts';
import { onDisk } from './disk/disk-fault.ts';
import { ensureDir, readBytes } from './disk/files.ts';
import { guardedDisk } from './disk/guarded-disk.ts';
import { assertNamesFit } from './disk/name-clash.ts';
import { withReserve } from './disk/reserve.ts';
import { freeBytesAt } from './disk/same-file-system.ts';
import { storeChanged } from './disk/store-changed.ts';
import { guardOf, type StoreGuard } from './disk/store-guard.ts';
import { removeModels } from './inventory/remove-models.ts';
import { scanStore } from './inventory/scan-store.ts';
import type { LayoutWriter } from './layouts/layout-writer.ts';
import { createLayouts } from './layouts/layouts.ts';
import { Leases } from './lease/lease.ts';
import { leaseModel } from './lease/lease-model.ts';
import { SpaceReservations } from './lease/space-reservations.ts';
import { assertWritable, prepareStore } from './prepare.ts';
import { ModelRecords } from './records/model-records.ts';
import { PieceRecords } from './records/piece-records.ts';
import { recallModel } from './records/recall-model.ts';
import { recordNeeds } from './records/record-needs.ts';
import { createSlots, publishFolder, removeStaged, stagingFor } from './transfer/staging.ts';

export interface StoreOptions {
  readonly paths: StorePaths;
  readonly clock: Clock;
  readonly disk?: Disk;
}

/** The model store on the file systems of this machine. */
export class FileModelStore implements ModelStore {
  readonly root: string;
  readonly #paths: StorePaths;
  readonly #disk: Disk;
  readonly #guard: StoreGuard;
  readonly #leases: Leases;
  readonly #spaces: SpaceReservations;
  /** names of shared content that this store downloads */
  readonly #contents = new Set<string>();
  readonly #records: ModelRecords;
  readonly #pieces: PieceRecords;
  /** by source */
  readonly #layouts: ReadonlyMap<string, LayoutWriter>;
  readonly #staging = new Map<string, string>();

  constructor({ paths, clock, disk = realDisk }: StoreOptions) {
    this.root = paths.root;
    this.#paths = paths;
    const guard = guardOf(paths);
    this.#guard = guard;
    this.#disk = guardedDisk(disk, guard);
    const staging = join(paths.state, 'staging');
    const receipts = join(paths.state, 'receipts');
    const now = () => clock.now();
    const context = { disk: this.#disk, guard, receipts, receiptStaging: staging, now };
    this.#records = new ModelRecords({
      disk: this.#disk,
      guard,
      dir: join(paths.state, 'models'),
      staging,
      now,
    });
    this.#pieces = new PieceRecords({ disk: this.#disk, state: paths.state });
    this.#layouts = createLayouts(paths, context);
    this.#leases = new Leases({
      disk: this.#disk,
      clock,
      dir: join(paths.state, 'leases'),
      staging,
      boot: bootId(),
    });
    this.#spaces = new SpaceReservations(this.#leases, clock);
  }

  async prepare(): Promise<void> {
    await onDisk(this.root, async () => {
      const stagings = [...this.#layouts.values()].map(({ root }) => this.#stagingOf(root));
      await prepareStore(this.#disk, this.#paths, stagings);
    });
  }

  async assertWritable(): Promise<void> {
    await onDisk(this.root, () => assertWritable(this.#disk, this.#paths));
  }

  async check(model: PinnedModel): Promise<ModelCheck> {
    return onDisk(this.root, async () => this.#layout(model).check(model));
  }

  async adopt(
    model: PinnedModel,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<readonly PinnedFile[]> {
    const paths = model.files.map(({ path }) => path);
    return onDisk(this.root, async () => {
      await assertNamesFit(this.#disk, { subject: model.ref, paths, staging: this.#stagingFor(model) });
      return this.#layout(model).adopt(model, { onBytes, signal });
    });
  }

  async stage(model: PinnedModel, file: PinnedFile): Promise<StagingSlot> {
    const [slot] = await this.stageAll(model, [file]);
    if (slot === undefined) throw new Error('a file without a slot');
    return slot;
  }

  async stageAll(model: PinnedModel, files: readonly PinnedFile[]): Promise<readonly StagingSlot[]> {
    const place = { staging: this.#stagingFor(model), leaseKey: this.#leaseKey(model) };
    return onDisk(place.staging, () => createSlots(this.#disk, { model, files, place }));
  }

  async publish(
    model: PinnedModel,
    staged: ReadonlyMap<PinnedFile, StagedFile>,
    { record = true }: PublishOptions = {},
  ): Promise<void> {
    const place = { staging: this.#stagingFor(model), leaseKey: this.#leaseKey(model) };
    const staging = publishFolder(place);
    await onDisk(this.root, async () => {
      await ensureDir(this.#disk, staging);
      await this.#pieces.keepStaged(staged);
      await this.#layout(model).publish(model, staged, staging);
      if (record) await this.#records.write(model);
    });
    await removeStaged(this.#disk, place, model).catch(() => undefined);
  }

  async remember(model: PinnedModel): Promise<void> {
    if (this.#records.wasRead(model)) return;
    try {
      const known = this.#records.read(parseModelRef(model.ref))?.model;
      if (known !== undefined && this.#layout(known).check(known).state === 'present') return;
      await this.#records.write(model);
    } catch {
      // the record only helps a later command without internet
    }
  }

  async recall(text: string): Promise<StoredModel | null> {
    const ref = parseModelRef(text);
    return onDisk(this.root, () => recallModel(this.#records, this.#layout(ref), ref));
  }

  async inventory(): Promise<Inventory> {
    const scan = { disk: this.#disk, guard: this.#guard, paths: this.#paths };
    return onDisk(this.root, async () => {
      // before the files, which a download that ends meanwhile has published
      const downloads = await this.#leases.active(isSharedLease);
      return buildInventory(await scanStore(scan), await undoContents(scan), [...downloads]);
    });
  }

  async remove(paths: readonly string[], options: RemoveOptions): Promise<Removal> {
    const acquire = (key: string) => this.#leases.acquire(leaseName(key), options.onWait, options.signal);
    const where = { disk: this.#disk, paths: this.#paths };
    const context = {
      ...where,
      acquire,
      inventory: () => this.inventory(),
      activeLeases: () => this.#leases.active(),
      markedContents: () => markedUses(where),
    };
    await this.prepare();
    const reserve = { disk: this.#disk, state: this.#paths.state };
    return onDisk(this.root, () => withReserve(reserve, () => removeModels(context, paths, options)));
  }

  async read(model: PinnedModel, file: PinnedFile, { from, to }: ByteRange): Promise<Uint8Array> {
    const path = this.#layout(model).find(model, file);
    if (path === null) throw storeChanged(model, file.path);
    return onDisk(path, () => readBytes(this.#disk, path, { from, to }));
  }

  async lease(
    model: PinnedModel,
    onWait: (holder: LeaseHolder) => void,
    signal: AbortSignal,
  ): Promise<ModelLease> {
    const layout = this.#layout(model);
    const context = {
      disk: this.#disk,
      paths: this.#paths,
      leases: this.#leases,
      spaces: this.#spaces,
      contents: this.#contents,
      place: layout.root,
      readPaths: layout.readPaths(model),
    };
    return onDisk(join(this.#paths.state, 'leases'), () => leaseModel(context, model, { onWait, signal }));
  }

  async freeBytes(model?: PinnedModel): Promise<number> {
    const place = model === undefined ? this.root : this.#layout(model).root;
    return onDisk(place, () => freeBytesAt(place));
  }

  recordNeeds(needs: StoreNeeds): Promise<void> {
    return recordNeeds({ disk: this.#disk, state: this.#paths.state }, needs);
  }

  #leaseKey(model: PinnedModel): string {
    return sourceOf(model).store.lease(model);
  }

  #layout(model: { readonly source: string }): LayoutWriter {
    const layout = this.#layouts.get(model.source);
    if (layout === undefined) throw new Error(`no layout for ${model.source} models`);
    return layout;
  }

  #stagingFor(model: PinnedModel): string {
    return this.#stagingOf(this.#layout(model).root);
  }

  #stagingOf(target: string): string {
    const known = this.#staging.get(target) ?? stagingFor(this.#paths, target);
    this.#staging.set(target, known);
    return known;
  }
}

import { addPlaced, type ImportModel, NOTHING_PLACED, type PlacedBytes } from '../../core/domain/import.ts';
import { type PinnedFile, type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { ModelProgress } from '../../core/domain/worker-status.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { OTHER_VERSION } from '../../core/import/resolve-import.ts';
import { shell } from '../../core/shell-quote.ts';
import { layoutOf } from '../../core/source/sources.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import type { ModelImport } from '../../ports/model-import.ts';
import type { ModelLease, ModelStore, StagedFile } from '../../ports/model-store.ts';
import type { ModelUses } from '../../ports/model-uses.ts';
import { byContent } from './fetch-contents.ts';
import { ImportRoom } from './import-room.ts';
import { waitForRoomText } from './room.ts';

export interface ImportContext {
  readonly store: ModelStore;
  readonly uses: ModelUses;
  readonly imports: ModelImport;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ModelProgress) => void;
}

/** A model of which all content is verified and staged, under its lease; the store shows nothing of it yet. */
export interface StagedImport {
  readonly placed: PlacedBytes;
  /** Shows the model in the store. */
  publish(): Promise<void>;
  /** Releases the lease. Never rejects. */
  release(): Promise<void>;
}

/**
 * Places the content of a model in the staging area of a store. Returns null if the store has the model.
 * @throws RmaError RMA_STORE_NO_ROOM (5), RMA_STORE_LEASE_* (1, 7), as `ModelImport.place`
 */
export async function stageImport(found: ImportModel, context: ImportContext): Promise<StagedImport | null> {
  const { store, signal } = context;
  const { model } = found;
  if ((await store.check(model)).state === 'present') {
    if (found.whole) await store.remember(model);
    return null;
  }
  const lease = await store.lease(
    model,
    ({ host }) => report(context, model, { state: 'waiting', note: `locked by ${host}` }),
    signal,
  );
  try {
    const pinned = await withHashesInPlace(found, context);
    const stop = AbortSignal.any([signal, lease.lost]);
    const lost = await store
      .adopt(pinned, () => undefined, stop)
      .catch((error: unknown) => {
        throw isNameTaken(error) && isDirectory(model) ? nameTaken(model, error.message) : error;
      });
    refuseOther(pinned, lost, (await store.check(pinned)).unverified ?? []);
    const missing = model.files.filter(({ path }) => lost.some((file) => file.path === path));
    const { staged, placed } = await placeAll({ found, missing, lease }, { ...context, signal: stop });
    return {
      placed,
      publish: async () => {
        stop.throwIfAborted();
        await lease.confirm();
        const { listing, whole } = found;
        await store.publish(listing.length === 0 ? model : { ...model, listing }, staged, {
          record: whole,
        });
      },
      release: () => lease.release(),
    };
  } catch (error) {
    await lease.release();
    throw error;
  }
}

/** Hashes the sources of files without a known hash whose place is taken: only the same content may stay there. */
async function withHashesInPlace(
  found: ImportModel,
  { store, imports, signal }: ImportContext,
): Promise<PinnedModel> {
  const { model } = found;
  const taken = new Set(((await store.check(model)).unverified ?? []).map(({ path }) => path));
  const files: PinnedFile[] = [];
  for (const file of model.files) {
    const isOpen = file.digest === null && taken.has(file.path);
    files.push(isOpen ? { ...file, digest: await imports.hash(found, file, signal) } : file);
  }
  return { ...model, files };
}

/** Refuses to replace files of other programs, which are in place with other content. */
function refuseOther(
  model: PinnedModel,
  missing: readonly PinnedFile[],
  inPlace: readonly PinnedFile[],
): void {
  if (!isDirectory(model)) return;
  const other = inPlace.find(({ path }) => missing.some((file) => file.path === path));
  if (other === undefined) return;
  throw nameTaken(model, `${model.ref}: ${OTHER_VERSION}, with another ${other.path}`);
}

function isDirectory(model: PinnedModel): boolean {
  return ['tree', 'plain'].includes(layoutOf(model) ?? '');
}

function isNameTaken(error: unknown): error is RmaError {
  return error instanceof RmaError && error.code === 'RMA_STORE_NAME_TAKEN';
}

function nameTaken({ ref }: PinnedModel, message: string): RmaError {
  return new RmaError('RMA_STORE_NAME_TAKEN', message, {
    exitCode: EXIT.badContent,
    hint: shell`to replace it, remove it first: rma models rm ${ref}`,
  });
}

interface Placing {
  readonly found: ImportModel;
  readonly missing: readonly PinnedFile[];
  readonly lease: ModelLease;
}

async function placeAll({ found, missing, lease }: Placing, context: ImportContext) {
  const { store, imports, signal } = context;
  const { model } = found;
  const totalBytes = pinnedBytes(model);
  const staged = new Map<PinnedFile, StagedFile>();
  let placed: PlacedBytes = NOTHING_PLACED;
  let done = 0;
  const contents = [...byContent(missing).values()];
  const room = new ImportRoom({
    ...context,
    found,
    contents,
    lease,
    onWait: (holder) => report(context, model, { state: 'waiting', note: waitForRoomText(holder) }),
  });
  for (const content of contents) {
    const { files, bytes } = content;
    const [file] = files;
    const { path } = await store.stage(model, file);
    const onBytes = (more: number) => {
      done += more;
      lease.progress(done, totalBytes);
      report(context, model, { state: 'importing', doneBytes: Math.min(done, totalBytes) });
    };
    try {
      const onCopy = () => room.copying(content, path);
      const job = { found, file, to: path, onBytes, onCopy, signal };
      const { digest, placement } = await imports.place(job);
      room.placed(content);
      placed = addPlaced(placed, { ...NOTHING_PLACED, [placement]: bytes });
      for (const each of files) staged.set(each, { path, digest });
    } catch (error) {
      for (const part of staged.values()) await imports.discard(part.path);
      throw error;
    }
  }
  return { staged, placed };
}

/** Reports the progress of a model. */
export function report(
  { onProgress }: Pick<ImportContext, 'onProgress'>,
  model: PinnedModel,
  progress: Pick<ModelProgress, 'state'> & Partial<ModelProgress>,
): void {
  onProgress({ ...unstarted(model.ref, pinnedBytes(model)), ...progress });
}

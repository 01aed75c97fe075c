import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { MAX_CONNECTIONS } from '../../core/hub/connection-count.ts';
import { archivedFile, fileLabel } from '../../core/source/describe-model.ts';
import type {
  LeaseHolder,
  ModelLease,
  ModelStore,
  StagedFile,
  StagingSlot,
} from '../../ports/model-store.ts';
import { afterFailure, type ContentPlace, contentPlaces, isWrongContent } from './content-places.ts';
import { fetchArchived } from './fetch-archived.ts';
import type { SharedFetch } from './fetch-options.ts';
import type { ProgressMeter } from './progress-meter.ts';
import { claimRoom, waitForRoomText } from './room.ts';

/** Content, and the files of the model that have it. */
export interface Content {
  readonly files: readonly [PinnedFile, ...PinnedFile[]];
  readonly bytes: number;
}

export interface FetchContext {
  readonly shared: Omit<SharedFetch, 'uses' | 'clock' | 'signal' | 'onProgress'>;
  readonly meter: ProgressMeter;
  readonly lease: ModelLease;
  /** staged bytes that are written again and take space of their own (default: none) */
  readonly rewritten?: ReadonlyMap<PinnedFile, number>;
  readonly signal: AbortSignal;
}

/** Bytes for which a file takes one slot. */
const SLOT_BYTES = 1024 * 1024;

/** Retries at a place after another one sent wrong content: that fault is reported, however long this place is tried. */
const LAST_RETRIES = 1;

/** Retries at a machine that has not sent anything yet, if there is another place: it may be off. */
const FIRST_RETRIES = 2;

interface Piece extends StagingSlot {
  readonly key: string;
  readonly file: PinnedFile;
  /** of all files with this content */
  readonly names: readonly string[];
}

/** Returns the files grouped by content, so that the same content is downloaded once. */
export function byContent(files: readonly PinnedFile[]): ReadonlyMap<string, Content> {
  const contents = new Map<string, Content>();
  for (const file of files) {
    const key = file.digest === null ? `path:${file.path}` : `${file.digest.algorithm}:${file.digest.hex}`;
    const known = contents.get(key);
    contents.set(key, { bytes: file.bytes, files: known === undefined ? [file] : [...known.files, file] });
  }
  return contents;
}

/**
 * Downloads all content to the staging area. The first fault stops the rest of this model; what they received is kept.
 * @throws RmaError RMA_STORE_NO_ROOM exit 5 before anything is fetched, and what a transfer throws
 */
export async function fetchContents(
  model: PinnedModel,
  contents: ReadonlyMap<string, Content>,
  context: FetchContext,
): Promise<ReadonlyMap<string, StagedFile>> {
  const { shared, meter, lease, rewritten, signal } = context;
  if (contents.size === 0) return new Map();
  const pieces = await stagePieces(model, contents, shared.store);
  for (const { key, durableBytes } of pieces) meter.file(key, durableBytes, 0);
  const here = new Map(
    pieces.map(({ key, file, durableBytes }) => {
      const right = file.bytes - (rewritten?.get(file) ?? 0);
      return [key, Math.min(durableBytes, right)];
    }),
  );
  const archives = pieces.reduce((sum, { file }) => sum + (archivedFile(model, file)?.archive.bytes ?? 0), 0);
  const remaining = () =>
    pieces.reduce((sum, { key, file }) => sum + file.bytes - (here.get(key) ?? 0), archives);
  const onWait = (holder: LeaseHolder) => meter.enter('waiting', waitForRoomText(holder));
  const claim = await claimRoom({ store: shared.store, model, lease, remaining, onWait, signal });
  try {
    meter.enter('downloading');
    return await transferAll(pieces, { model, here, context });
  } finally {
    claim.release();
  }
}

async function stagePieces(
  model: PinnedModel,
  contents: ReadonlyMap<string, Content>,
  store: ModelStore,
): Promise<readonly Piece[]> {
  const entries = [...contents];
  const slots = await store.stageAll(
    model,
    entries.map(([, { files }]) => files[0]),
  );
  return slots.flatMap((slot, at) => {
    const entry = entries[at];
    if (entry === undefined) return [];
    const [key, { files }] = entry;
    return [{ ...slot, key, file: files[0], names: files.map(({ path }) => path) }];
  });
}

/** The download of the content of one model. */
interface ModelFetch {
  readonly model: PinnedModel;
  /** key of content → its bytes that are staged */
  readonly here: Map<string, number>;
  readonly context: FetchContext;
}

async function transferAll(
  pieces: readonly Piece[],
  { model, here, context }: ModelFetch,
): Promise<ReadonlyMap<string, StagedFile>> {
  const fault = new AbortController();
  const signal = AbortSignal.any([context.signal, fault.signal]);
  const outcomes = await Promise.allSettled(
    pieces.map(async (piece) => {
      try {
        return [piece.key, await transferOne({ model, piece, here, context, signal })] as const;
      } catch (error) {
        fault.abort(error);
        throw error;
      }
    }),
  );
  // an abort rejects every transfer with the same reason; of several faults the first is reported
  signal.throwIfAborted();
  return new Map(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])));
}

/** Small files spend most of the time waiting for answers, large ones fill the line: 64 small ones at once, or two large ones. */
function connectionsOf({ file, durableBytes }: Piece, most: number): number {
  const useful = Math.ceil((file.bytes - durableBytes) / SLOT_BYTES);
  return Math.min(MAX_CONNECTIONS, most, Math.max(1, useful));
}

interface OneTransfer extends ModelFetch {
  readonly piece: Piece;
  readonly signal: AbortSignal;
}

/** Transfers content from the first place that has it. What one place sent is kept for the next. */
async function transferOne(one: OneTransfer): Promise<StagedFile> {
  const { model, piece, context, signal } = one;
  const { shared } = context;
  let failure: unknown = null;
  let places = contentPlaces(model, piece.file, shared);
  for (let place = places[0]; place !== undefined; place = places[0]) {
    const slot = failure === null ? piece : await shared.store.stage(model, piece.file);
    try {
      const connections = connectionsOf(piece, shared.slots.count);
      const file = { url: place.location.url, connections, mayRedirect: place.peer === null };
      const staged = await shared.slots.transfer(file, async () => {
        if (failure === null && isLater(place, one)) return null;
        const retries = isWrongContent(failure) ? LAST_RETRIES : retriesAt(place, places, shared);
        return transferFrom({ ...place, retries }, slot, one);
      });
      if (staged !== null) return staged;
      places = contentPlaces(model, piece.file, shared);
    } catch (error) {
      signal.throwIfAborted();
      ({ failure, places } = afterFailure(error, { failure, places }));
    }
  }
  throw failure;
}

/** Returns whether another place is the first one by now: other files found this one unreachable. */
function isLater({ location }: ContentPlace, { model, piece, context }: OneTransfer): boolean {
  const [first] = contentPlaces(model, piece.file, context.shared);
  return first !== undefined && first.location.url !== location.url;
}

/** Returns the most retries at a place; undefined: as many as usual. */
function retriesAt(
  { peer }: ContentPlace,
  places: readonly ContentPlace[],
  { reached }: Pick<SharedFetch, 'reached'>,
): number | undefined {
  return peer !== null && places.length > 1 && !reached.has(peer) ? FIRST_RETRIES : undefined;
}

async function transferFrom(
  { peer, location, transfer, retries }: ContentPlace & { readonly retries: number | undefined },
  slot: StagingSlot,
  { model, piece, here, context, signal }: OneTransfer,
): Promise<StagedFile> {
  signal.throwIfAborted();
  const { key, file, names } = piece;
  const { slots } = context.shared;
  const job = {
    location,
    connections: connectionsOf(piece, slots.count),
    turn: (url: string) => slots.of(url).take(1),
    ...(retries !== undefined && { retries }),
    bytes: file.bytes,
    digest: file.digest,
    slot,
    label: fileLabel(model, file),
    magic: names.some((name) => /\.gguf$/i.test(name)) ? 'GGUF' : null,
    onBytes: (doneBytes: number, receivedBytes: number) => {
      here.set(key, Math.max(doneBytes, receivedBytes > 0 ? 0 : slot.durableBytes));
      if (receivedBytes > 0) context.meter.enter('downloading');
      if (receivedBytes > 0 && peer !== null) context.shared.reached.add(peer);
      context.meter.file(key, doneBytes, receivedBytes);
      context.lease.progress(context.meter.doneBytes, context.meter.totalBytes);
    },
    onWait: (reason: string) => context.meter.enter('waiting', reason),
    signal,
  };
  const { archived } = location;
  const place = { model, store: context.shared.store, transfer };
  const received = await (archived === undefined ? transfer.fetch(job) : fetchArchived(job, archived, place));
  return { path: slot.path, ...received };
}

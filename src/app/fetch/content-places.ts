import { LAN, type PinnedFile, type PinnedModel } from '../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { isUnreachable } from '../../core/hub/is-temporary.ts';
import { parseModelRef } from '../../core/source/parse-ref.ts';
import type { FileLocation, ModelSource } from '../../ports/model-source.ts';
import type { Transfer } from '../../ports/transfer.ts';
import type { SharedFetch } from './fetch-options.ts';

/** A server that may have content, and what transfers it from there. */
export interface ContentPlace {
  /** name of the machine that serves its store; null: the hub of the model */
  readonly peer: string | null;
  /** item of the model's `sources`; absent without them, and for peers */
  readonly source?: string;
  readonly location: FileLocation;
  readonly transfer: Transfer;
  /** other places come first from then on */
  readonly onUnreachable: () => void;
}

type Places = Pick<SharedFetch, 'peers' | 'offline' | 'sources' | 'transfer' | 'down'>;

/**
 * Returns where a file can come from, in the order of preference: the peers, which have any content under its hash, then,
 * unless offline, the hub of the model and its mirrors; or the model's own sources. Peers that are down are left out if
 * something else remains. Contacts nothing.
 */
export function contentPlaces(model: PinnedModel, file: PinnedFile, shared: Places): readonly ContentPlace[] {
  const { offline = false, down } = shared;
  const served = onPeers(file, shared);
  const reached = served.filter(({ peer }) => peer === null || !down.has(peer));
  if (offline && served.length > 0) return reached.length > 0 ? reached : served;
  const { sources } = model;
  if (sources === undefined) return [...reached, ...onHub(model, file, shared)];
  const places = contentOrder(sources, model.ref).flatMap((item) =>
    item === LAN ? reached : named(item, onReference(item, { model, file, shared }), down),
  );
  const isDown = ({ source = '' }: ContentPlace) => down.has(source);
  return [...places.filter((place) => !isDown(place)), ...places.filter(isDown)];
}

/** Sources before the one that listed the files were skipped for it: they are tried last. */
function contentOrder(sources: readonly string[], ref: string): readonly string[] {
  const hubs = sources.filter((item) => item !== LAN);
  const skipped = hubs.slice(0, Math.max(0, hubs.indexOf(ref)));
  const rest = (sources.includes(LAN) ? sources : [LAN, ...sources]).filter(
    (item) => !skipped.includes(item),
  );
  return [...rest, ...skipped];
}

function onPeers({ digest }: PinnedFile, { peers = [], down }: Places): readonly ContentPlace[] {
  if (digest === null) return [];
  return peers.map((peer) => ({
    peer: peer.name,
    location: peer.locate(digest),
    transfer: peer.transfer,
    onUnreachable: () => void down.add(peer.name),
  }));
}

function onHub(model: PinnedModel, file: PinnedFile, { sources, transfer }: Places): readonly ContentPlace[] {
  const source = sources.find((candidate) => candidate.source === model.source);
  if (source === undefined) throw new Error(`no source for ${model.source} models`);
  return placesOf(source, source.locations?.(model, file) ?? [source.locate(model, file)], transfer);
}

interface RequestedFile {
  readonly model: PinnedModel;
  readonly file: PinnedFile;
  readonly shared: Places;
}

/** Returns where a source of the model can have the file: the hub that listed it, or under its name elsewhere. */
function onReference(item: string, { model, file, shared }: RequestedFile): readonly ContentPlace[] {
  if (item === model.ref) return onHub(model, file, shared);
  const ref = parseModelRef(item);
  const source = shared.sources.find((candidate) => candidate.source === ref.source);
  // without a hash, it may be another file
  if (source === undefined || file.digest === null) return [];
  return placesOf(source, source.copies?.(ref, file) ?? [], shared.transfer);
}

function placesOf(
  source: ModelSource,
  locations: readonly FileLocation[],
  transfer: Transfer,
): readonly ContentPlace[] {
  return locations.map((location) => ({
    peer: null,
    location,
    transfer,
    onUnreachable: () => source.unreachable?.(location),
  }));
}

/** Returns the places under the item of `sources` that they belong to. */
function named(source: string, places: readonly ContentPlace[], down: Set<string>): readonly ContentPlace[] {
  return places.map((place, at) => ({
    ...place,
    source,
    onUnreachable: () => {
      place.onUnreachable();
      if (at === places.length - 1) down.add(source);
    },
  }));
}

/** The places that are left, and the fault to report if none of them has the content. */
export interface PlacesLeft {
  readonly places: readonly ContentPlace[];
  /** null before the first fault */
  readonly failure: unknown;
}

/**
 * Returns what is left after the first place failed.
 * @throws the fault if no other place can have the content: a rejected token, a full disk
 */
export function afterFailure(error: unknown, { places, failure }: PlacesLeft): PlacesLeft {
  const [place, ...others] = places;
  if (place === undefined) throw error;
  const fault = place.peer === null ? error : faultOfPeer(error, place.peer);
  const isCopy = place.location.copy === true;
  const { source } = place;
  const isSkipped = isPlaceFault(fault) || ((isCopy || source !== undefined) && isRefusal(fault));
  const left = isSkipped ? others : copiesAfter(fault, others);
  if (left === null) throw fault;
  if (isUnreachable(fault)) place.onUnreachable();
  if (source !== undefined) return { places: left, failure: listed(failure, fault, source) };
  return { places: left, failure: isCopy && failure !== null ? failure : moreRelevant(failure, fault) };
}

/** Returns the error to report with the reasons of all sources so far. */
function listed(first: unknown, second: unknown, source: string): unknown {
  if (!(second instanceof RmaError)) return second;
  const main = moreRelevant(first, second) as RmaError;
  const before = first instanceof RmaError ? [first.message] : [];
  return new RmaError(main.code, [...before, `${source}: ${second.message}`].join('; '), {
    exitCode: main.exitCode,
    ...(main.hint !== undefined && { hint: main.hint }),
    ...(main.details !== undefined && { details: main.details }),
    cause: main,
  });
}

/** A file that a hub does not have is not on its mirrors either, but another source may have it. */
function copiesAfter(fault: unknown, others: readonly ContentPlace[]): readonly ContentPlace[] | null {
  const isMissing = fault instanceof RmaError && fault.code === 'RMA_HUB_NOT_FOUND';
  const copies = isMissing ? others.filter(({ location }) => location.copy === true) : [];
  return copies.length === 0 ? null : copies;
}

/** Returns the error of a transfer from a peer: what is a missing file on a hub is missing content there. */
function faultOfPeer(error: unknown, peer: string): unknown {
  if (!(error instanceof RmaError)) return error;
  const { code, message, exitCode } = error;
  if (code === 'RMA_HUB_NOT_FOUND') {
    return new RmaError('RMA_PEER_NO_CONTENT', `${peer} has no verified copy of the content: ${message}`, {
      hint: 'run the command again; the content was removed or changed on that machine',
    });
  }
  if (code === 'RMA_CONTENT_HASH_MISMATCH') {
    return new RmaError(code, message, {
      exitCode,
      hint: `its copy on ${peer} is corrupt; on that machine: rma models repair; or download without --from`,
      ...(error.details !== undefined && { details: error.details }),
    });
  }
  if (exitCode === EXIT.denied) {
    return new RmaError('RMA_PEER_DENIED', `${peer} rejected the token: ${message}`, {
      exitCode,
      hint: 'pass the token that `rma models serve` stores there: --peer-token-file FILE',
    });
  }
  return error;
}

/** Faults of one place: it does not have the content, cannot be reached, or sends something else. */
const PLACE_FAULTS: ReadonlySet<string> = new Set([
  'RMA_PEER_NO_CONTENT',
  'RMA_HUB_UNREACHABLE',
  'RMA_HUB_BUSY',
  'RMA_HUB_BAD_ANSWER',
  'RMA_CONTENT_HASH_MISMATCH',
  'RMA_CONTENT_SIZE_MISMATCH',
  'RMA_CONTENT_HTML',
]);

/** Returns whether another place may still have the content; a rejected token or a full disk ends the transfer. */
function isPlaceFault(error: unknown): boolean {
  return error instanceof RmaError && PLACE_FAULTS.has(error.code);
}

/** Returns whether a hub denied the content or does not have it. */
function isRefusal(error: unknown): boolean {
  return error instanceof RmaError && /^RMA_HUB_/.test(error.code);
}

/** Returns the error to report of those of two places: wrong content before the rest, else the last one. */
function moreRelevant(first: unknown, second: unknown): unknown {
  const isAbsent = second instanceof RmaError && second.code === 'RMA_PEER_NO_CONTENT';
  return first !== null && (isWrongContent(first) || isAbsent) ? first : second;
}

/** Returns whether a place sent other content than that of the file, also when it was downloaded again. */
export function isWrongContent(error: unknown): boolean {
  return error instanceof RmaError && error.exitCode === EXIT.badContent;
}

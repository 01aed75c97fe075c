import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { FileLocation } from '../../ports/model-source.ts';
import type { Transfer } from '../../ports/transfer.ts';
import type { SharedFetch } from './fetch-options.ts';

/** A server that may have a content, and what transfers it from there. */
export interface ContentPlace {
  /** name of the machine that serves its store; null: the hub of the model */
  readonly peer: string | null;
  readonly location: FileLocation;
  readonly transfer: Transfer;
  /** other places come first from then on */
  readonly onUnreachable: () => void;
}

type Places = Pick<SharedFetch, 'peers' | 'offline' | 'sources' | 'transfer' | 'down'>;

/**
 * Returns where a file can come from, in the order of preference: the peers, which have any content under its hash, then,
 * unless offline, the hub of the model and its mirrors. Peers that are down are left out if something else remains. Contacts nothing.
 */
export function contentPlaces(
  model: PinnedModel,
  { digest, ...file }: PinnedFile,
  { peers = [], offline = false, sources, transfer, down }: Places,
): readonly ContentPlace[] {
  const named = digest === null ? [] : peers.map((peer) => ({ peer, location: peer.locate(digest) }));
  const served = named.map(({ peer, location }) => ({
    peer: peer.name,
    location,
    transfer: peer.transfer,
    onUnreachable: () => void down.add(peer.name),
  }));
  const reached = served.filter(({ peer }) => !down.has(peer));
  if (offline && served.length > 0) return reached.length > 0 ? reached : served;
  const source = sources.find((candidate) => candidate.source === model.source);
  if (source === undefined) throw new Error(`no source for ${model.source} models`);
  const whole = { digest, ...file };
  const locations = source.locations?.(model, whole) ?? [source.locate(model, whole)];
  const hubs = locations.map((location) => ({
    peer: null,
    location,
    transfer,
    onUnreachable: () => source.unreachable?.(location),
  }));
  return [...reached, ...hubs];
}

/** Returns the error of a transfer from a peer: what is a missing file on a hub is missing content there. */
export function faultOfPeer(error: unknown, peer: string): unknown {
  if (!(error instanceof RmaError)) return error;
  const { code, message, exitCode } = error;
  if (code === 'RMA_HUB_NOT_FOUND') {
    return new RmaError(
      'RMA_PEER_NO_CONTENT',
      `${peer} does not have the content, or not verified: ${message}`,
      {
        hint: 'run the command again: what another machine removed or changed is not served any more',
      },
    );
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
const ELSEWHERE: ReadonlySet<string> = new Set([
  'RMA_PEER_NO_CONTENT',
  'RMA_HUB_UNREACHABLE',
  'RMA_HUB_BUSY',
  'RMA_HUB_BAD_ANSWER',
  'RMA_CONTENT_HASH_MISMATCH',
  'RMA_CONTENT_SIZE_MISMATCH',
  'RMA_CONTENT_HTML',
]);

/** Returns whether another place may still have the content; a rejected token or a full disk ends the transfer. */
export function mayBeElsewhere(error: unknown): boolean {
  return error instanceof RmaError && ELSEWHERE.has(error.code);
}

/** Returns the error to report of those of two places: wrong content before the rest, else the last one. */
export function moreTelling(first: unknown, second: unknown): unknown {
  const isWrong = first instanceof RmaError && first.exitCode === EXIT.badContent;
  const isAbsent = second instanceof RmaError && second.code === 'RMA_PEER_NO_CONTENT';
  return first !== null && (isWrong || isAbsent) ? first : second;
}

import type { ModelRef } from '../../core/domain/model-ref.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { isTemporary, isUnreachable } from '../../core/hub/is-temporary.ts';
import { formatModelRef } from '../../core/source/parse-ref.ts';
import type { ModelSource } from '../../ports/model-source.ts';
import type { PeerStore } from '../../ports/peer-store.ts';

export interface PeerOptions {
  /** in the order in which they are tried */
  readonly peers: readonly PeerStore[];
  /** false: no hub is contacted for what the peers do not have */
  readonly hubs: boolean;
  /** receives the reason when a peer does not respond and another source is tried; the last one's is thrown if there is none */
  readonly onSkip: (error: RmaError) => void;
}

/** Returns the sources with the peers before them: each reference is resolved by the first peer that has its model. */
export function withPeers(sources: readonly ModelSource[], options: PeerOptions): readonly ModelSource[] {
  if (options.peers.length === 0) return sources;
  return sources.map((source) => ({
    source: source.source,
    locate: (model, file) => source.locate(model, file),
    locations: (model, file) => source.locations?.(model, file) ?? [source.locate(model, file)],
    copies: (ref, file) => source.copies?.(ref, file) ?? [],
    unreachable: (location) => source.unreachable?.(location),
    resolve: (ref, signal) => resolve(source, options, { ref, ...(signal === undefined ? {} : { signal }) }),
    resolveOnHub: (ref, signal) => source.resolve(ref, signal),
    resolveOnPeers: (ref, signal) =>
      resolve(
        null,
        { ...options, onSkip: () => undefined },
        { ref, ...(signal === undefined ? {} : { signal }) },
      ),
  }));
}

/** Resolves a reference on the peers, then on its hub, if there is one. */
async function resolve(
  source: ModelSource | null,
  { peers, hubs, onSkip }: PeerOptions,
  { ref, signal }: { readonly ref: ModelRef; readonly signal?: AbortSignal },
): Promise<PinnedModel> {
  let failure: RmaError | null = null;
  const lacking: PeerStore[] = [];
  const skip = () => {
    if (failure !== null) onSkip(failure);
    failure = null;
  };
  for (const peer of peers) {
    try {
      const model = await peer.resolve(ref, signal);
      if (model === null) {
        lacking.push(peer);
        continue;
      }
      skip();
      return model;
    } catch (error) {
      if (signal?.aborted === true || !(error instanceof RmaError) || !isTemporary(error)) throw error;
      skip();
      failure = unreachable(peer, error);
    }
  }
  if (!hubs || source === null) throw failure ?? notThere(ref, peers);
  skip();
  return source.resolve(ref, signal).catch((error: unknown) => {
    throw alsoNotOn(lacking, error);
  });
}

/** Returns the error of an unreachable hub with the peers that responded without the model; any other error as it is. */
function alsoNotOn(peers: readonly PeerStore[], error: unknown): unknown {
  if (peers.length === 0 || !(error instanceof RmaError) || !isUnreachable(error)) return error;
  const { code, exitCode, hint, details } = error;
  return new RmaError(code, `not on ${peers.map(({ name }) => name).join(', ')}; ${error.message}`, {
    exitCode,
    ...(hint !== undefined && { hint }),
    ...(details !== undefined && { details }),
    cause: error,
  });
}

function unreachable({ name }: PeerStore, { code, message, exitCode }: RmaError): RmaError {
  return new RmaError(code, message, {
    exitCode,
    hint: `check that \`rma models serve\` runs there and that ${name} is its address`,
  });
}

function notThere(ref: ModelRef, peers: readonly PeerStore[]): RmaError {
  const name = formatModelRef(ref);
  const where = peers.map((peer) => peer.name).join(', ');
  return new RmaError('RMA_PEER_NO_MODEL', `${name}: no verified copy on ${where}`, {
    hint: `download it there first: rma models pull ${name}; or run without --offline`,
  });
}

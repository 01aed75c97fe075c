import type { EngineTarget } from '../../core/domain/worker-config.ts';
import type { Clock } from '../../ports/clock.ts';
import { watchConnection } from './connection-watch.ts';
import type { EngineTrouble } from './engine-trouble.ts';
import { proveLoaded } from './prove-loaded.ts';

/** A model that was refused may find room later: others come and go on a GPU. */
const AGAIN_MS = 60_000;
/** What may pass by itself is tried again soon. */
const SOON_MS = 5_000;

/**
 * Whether engines that load models on demand have each of theirs where it was planned. It is proven once per start of
 * the engine, beside the probes, for loading takes minutes; an engine that holds fewer models than it serves would swap
 * them at every further look.
 */
export interface LoadedModels {
  /** null: proven, or the engine is not of this kind. Begins the proof where there is none. Never waits. */
  look(engine: EngineTarget, signal: AbortSignal): EngineTrouble | null;
  /** the engine went away: what was seen counts no more */
  forget(engine: EngineTarget): void;
}

interface Proof {
  /** null: proven */
  trouble: EngineTrouble | null;
  /** when to try again, on the monotonic clock; null while it runs, and once it is proven */
  againAt: number | null;
  /** proofs in a row that ended otherwise than proven, this one included */
  readonly attempt: number;
  readonly end: () => void;
}

export function createLoadedModels(clock: Clock, deadlineMs: number): LoadedModels {
  const proofs = new Map<string, Proof>();
  const forget = ({ service }: EngineTarget) => {
    proofs.get(service)?.end();
    proofs.delete(service);
  };
  const begin = (engine: EngineTarget, attempt: number, signal: AbortSignal): Proof => {
    const stop = new AbortController();
    const end = () => stop.abort(new Error('the engine went away'));
    const proof: Proof = { trouble: { note: 'loading its models' }, againAt: null, attempt, end };
    proofs.get(engine.service)?.end();
    proofs.set(engine.service, proof);
    const inner = AbortSignal.any([signal, stop.signal]);
    // An engine that starts anew between two probes is seen by its connection only.
    watchConnection(engine.url, inner, () => {
      if (proofs.get(engine.service) === proof) forget(engine);
    });
    const tell = (note: string) => {
      proof.trouble = { note };
    };
    proveLoaded(engine, { clock, deadlineMs, attempt, tell, signal: inner }).then(
      (trouble) => {
        proof.trouble = trouble;
        if (trouble !== null)
          proof.againAt = clock.monotonic() + (trouble.fault === undefined ? SOON_MS : AGAIN_MS);
      },
      () => undefined, // only an abort rejects: nobody asks for this proof again
    );
    return proof;
  };
  return {
    look(engine, signal) {
      if (engine.loaded === null) return null;
      const known = proofs.get(engine.service);
      if (known === undefined) return begin(engine, 1, signal).trouble;
      if (known.againAt === null || clock.monotonic() < known.againAt) return known.trouble;
      const { trouble } = known;
      begin(engine, known.attempt + 1, signal);
      return trouble;
    },
    forget,
  };
}

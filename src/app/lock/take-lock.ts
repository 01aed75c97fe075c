import type { LockKey, LockOwner } from '../../core/domain/lock.ts';
import { isOf, lockLabels, lockVolume, nextGeneration } from '../../core/reservation/lock-labels.ts';
import { lockHeld, waitingText } from '../../core/reservation/lock-texts.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { type ObservedClaim, observeClaims } from '../observe/observe-locks.ts';

export type LockHost = Pick<Host, 'engine'>;
export type LockContext = Pick<Invocation, 'clock' | 'processes' | 'randomKey' | 'reporter' | 'signal'>;

export interface LockRequest {
  readonly key: LockKey;
  readonly command: string;
  /** how long to wait for another holder, milliseconds */
  readonly waitMs: number;
  /** called with a holder that has the lock; throws if it is of no use to wait for it */
  readonly checkHolder?: (holder: ObservedClaim) => void;
}

/** A lock that this process holds. */
export interface TakenLock {
  readonly key: LockKey;
  readonly generation: number;
  readonly nonce: string;
  readonly owner: LockOwner;
}

/** Contenders ask again after this long, and up to twice as long, so that they do not stay in step. */
const POLL_MS = 100;

/**
 * Takes a lock, of which the engine has one: a volume is created under the name of the next generation, which changes nothing if
 * another process created it first; then the volumes are listed again, and the claim is withdrawn if another holder runs. So of
 * two holders at once, one would have seen the other. Volumes of holders that ended are removed only while the lock is held.
 * @throws RmaError RMA_LOCK_HELD (7) if another process still holds it after `waitMs`; as checkHolder
 */
export async function takeLock(
  host: LockHost,
  invocation: LockContext,
  request: LockRequest,
): Promise<TakenLock> {
  const { clock, processes, reporter, signal } = invocation;
  const nonce = invocation.randomKey().slice(0, 32);
  const pollMs = POLL_MS + (Number.parseInt(nonce.slice(0, 4), 16) % POLL_MS || 0);
  const self = await processes.self();
  const deadline = clock.monotonic() + request.waitMs;
  const waiting = { id: '', text: '' };
  for (;;) {
    signal.throwIfAborted();
    const owner: LockOwner = { ...self, command: request.command, since: clock.now() };
    const attempt = await claim(host, invocation, { key: request.key, nonce, owner });
    if (attempt.taken !== null) {
      if (waiting.id !== '') reporter.emit({ type: 'step', state: 'done', ...waiting });
      return attempt.taken;
    }
    check(attempt.holder, request);
    if (clock.monotonic() >= deadline) {
      if (waiting.id !== '') reporter.emit({ type: 'step', state: 'fail', ...waiting });
      throw lockHeld(request.key, attempt.holder);
    }
    if (waiting.id === '') {
      const text = waitingText(request.key, attempt.holder);
      Object.assign(waiting, { id: text, text });
      reporter.emit({ type: 'step', state: 'start', ...waiting });
    }
    await clock.sleep(pollMs, signal);
  }
}

function check(holder: ObservedClaim | null, { checkHolder }: Pick<LockRequest, 'checkHolder'>): void {
  if (holder !== null) checkHolder?.(holder);
}

interface Claiming {
  readonly key: LockKey;
  readonly nonce: string;
  readonly owner: LockOwner;
}

type Attempt =
  | { readonly taken: TakenLock }
  /** null: another process claimed it at the same moment */
  | { readonly taken: null; readonly holder: ObservedClaim | null };

async function claim(
  host: LockHost,
  invocation: LockContext,
  { key, nonce, owner }: Claiming,
): Promise<Attempt> {
  const before = await look(host, invocation, key);
  const [holder] = before.live;
  if (holder !== undefined) return { taken: null, holder };
  const generation = nextGeneration(key, before.names);
  const volume = lockVolume(key, generation);
  await host.engine.createVolume(volume, { labels: lockLabels(key, nonce, owner), options: {} });
  const after = await look(host, invocation, key);
  const [other] = after.live.filter((each) => each.nonce !== nonce);
  if (!after.live.some((each) => each.nonce === nonce)) return { taken: null, holder: other ?? null };
  if (other !== undefined) {
    await host.engine.removeVolumes([volume]);
    return { taken: null, holder: other };
  }
  await host.engine.removeVolumes(after.ended.map((each) => each.volume));
  return { taken: { key, generation, nonce, owner } };
}

/** Returns the claims of a lock, and the names of all volumes. */
async function look(host: LockHost, invocation: LockContext, key: LockKey) {
  const volumes = await host.engine.volumes();
  const claims = (await observeClaims(host, invocation, volumes)).filter(isOf(key));
  return {
    live: claims.filter(({ state }) => state !== 'ended'),
    ended: claims.filter(({ state }) => state === 'ended'),
    names: [...volumes.keys()],
  };
}

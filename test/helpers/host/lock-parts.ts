import type { LockContext } from '../../../src/app/lock/take-lock.ts';
import type { LockOwner, ProcessIdentity } from '../../../src/core/domain/lock.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { JumpingClock } from '../clock/jumping-clock.ts';
import { FakeHost } from './fake-host.ts';
import { engineOf, invocationOf, processesOf } from './port-builders.ts';

/** Returns the identity of a process on the machine of `processesOf`, changed as given. */
export function identityOf(over: Partial<ProcessIdentity> = {}): ProcessIdentity {
  return {
    host: 'box',
    machine: 'machine-1',
    boot: 'boot-1',
    pidNamespace: 'pid:[1]',
    pid: 4711,
    startTime: '100',
    user: 'alice',
    ...over,
  };
}

/** Returns the holder of a lock. */
export function ownerOf(over: Partial<LockOwner> = {}): LockOwner {
  return { ...identityOf(), command: 'up', since: Date.UTC(2026, 0, 2, 3, 4, 5), ...over };
}

export interface Contender extends LockContext {
  readonly events: readonly RmaEvent[];
}

/** Returns a command in a process of its own; `dead` holds the PIDs that ended. */
export function contender(pid: number, dead: ReadonlySet<number> = new Set()): Contender {
  const events: RmaEvent[] = [];
  const invocation = invocationOf({
    clock: new JumpingClock(),
    randomKey: () => `${pid.toString(16).padStart(4, '0')}`.repeat(16),
    processes: processesOf({
      self: async () => identityOf({ pid }),
      isRunning: async (identity) => !dead.has(identity.pid),
    }),
    reporter: { emit: (event) => void events.push(event) },
  });
  return { ...invocation, events };
}

/** Returns an engine with volumes only, each request of which takes some turns of the event loop before and after. */
export function slowVolumes(turns: () => number): ContainerEngine {
  const { engine } = new FakeHost();
  const slowly =
    <A extends readonly unknown[], T>(work: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      await pause(turns());
      const result = await work(...args);
      await pause(turns());
      return result;
    };
  return engineOf({
    volumes: slowly(async () => engine.volumes()),
    createVolume: slowly(async (name, volume) => engine.createVolume(name, volume)),
    removeVolumes: slowly(async (names) => engine.removeVolumes(names)),
    containers: slowly(async () => engine.containers()),
    now: async () => engine.now(),
  });
}

async function pause(turns: number): Promise<void> {
  for (let left = turns; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
}

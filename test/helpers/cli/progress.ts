import type { ModelProgress } from '../../../src/core/domain/worker-status.ts';
import type { RmaEvent } from '../../../src/core/events.ts';

const MIB = 1024 ** 2;

/** Returns an event of a 100 MiB model that is partly downloaded, at 10 MiB/s. */
export function modelEvent(doneMib: number, change: Partial<ModelProgress> = {}): RmaEvent {
  return {
    type: 'model',
    progress: {
      ref: 'hf:org/repo',
      state: 'downloading',
      doneBytes: doneMib * MIB,
      totalBytes: 100 * MIB,
      fetchedBytes: doneMib * MIB,
      bytesPerSecond: 10 * MIB,
      etaSeconds: (100 - doneMib) / 10,
      ...change,
    },
  };
}

import type { ModelCheck } from '../domain/model-check.ts';
import type { ModelProgress } from '../domain/worker-status.ts';

/** Progress of a model of which nothing is known yet. */
export function unstarted(ref: string, totalBytes: number): ModelProgress {
  return {
    ref,
    state: 'checking',
    doneBytes: 0,
    totalBytes,
    fetchedBytes: 0,
    bytesPerSecond: null,
    etaSeconds: null,
  };
}

/** Returns the progress of a model after a check of the store. */
export function checked({
  ref,
  state,
  totalBytes,
  missingBytes,
}: Omit<ModelCheck, 'missing'>): ModelProgress {
  const present = state === 'present';
  const doneBytes = present ? totalBytes : totalBytes - missingBytes;
  return { ...unstarted(ref, totalBytes), state: present ? 'present' : 'waiting', doneBytes };
}

/** Whether all bytes are here and only hashing and publishing is left, if anything. */
export function isComplete(models: readonly ModelProgress[]): boolean {
  return models.every((model) => model.state === 'verifying' || model.state === 'present');
}

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

/** Progress of a model as a check of the store found it. */
export function checked(
  ref: string,
  present: boolean,
  totalBytes: number,
  missingBytes: number,
): ModelProgress {
  const doneBytes = present ? totalBytes : totalBytes - missingBytes;
  return { ...unstarted(ref, totalBytes), state: present ? 'present' : 'waiting', doneBytes };
}

/** Whether all bytes are here and only hashing and publishing is left, if anything. */
export function isComplete(models: readonly ModelProgress[]): boolean {
  return models.every((model) => model.state === 'verifying' || model.state === 'present');
}

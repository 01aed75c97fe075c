import type { WorkerStatus } from '../domain/worker-status.ts';

/** Returns whether Compose's health check passes: every model has a valid receipt, and the worker has not failed. */
export function isHealthy(status: WorkerStatus): boolean {
  return status.state !== 'failed' && status.models.every((model) => model.state === 'present');
}

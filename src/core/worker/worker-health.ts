import type { WorkerStatus } from '../domain/worker-status.ts';

/** What Compose's health check means: every owned model has a valid receipt, and the worker did not give up. */
export function isHealthy(status: WorkerStatus): boolean {
  return status.state !== 'failed' && status.models.every((model) => model.state === 'present');
}

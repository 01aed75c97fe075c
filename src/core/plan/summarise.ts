import type { Operation } from './operation.ts';
import type { PlanSummary } from './plan-types.ts';

/** Returns the counts of a plan, and the bytes that it fetches. */
export function summarise(operations: readonly Operation[], freeBytes: number | null): PlanSummary {
  const count = (effect: Effect) => operations.filter((operation) => effectOf(operation) === effect).length;
  return {
    create: count('create'),
    change: count('change'),
    remove: count('remove'),
    fetchBytes: operations.reduce((sum, op) => sum + (op.kind === 'fetch-model' ? op.bytes : 0), 0),
    freeBytes,
  };
}

export type Effect = 'create' | 'change' | 'remove' | 'none';

/** Returns what an operation does to its object; `none` for those that only stop a worker for a while, check or wait. */
export function effectOf(operation: Operation): Effect {
  switch (operation.kind) {
    case 'write-file':
    case 'write-secret':
      return operation.change === 'create' ? 'create' : 'change';
    case 'build-image':
    case 'pull-image':
    case 'push-image':
    case 'tag-image':
    case 'create-directory':
    case 'create-volume':
    case 'fetch-model':
    case 'start-service':
      return 'create';
    case 'recreate-service':
    case 'restart-service':
      return 'change';
    case 'remove-service':
    case 'remove-network':
    case 'remove-secrets':
      return 'remove';
    case 'drain-worker':
    case 'resume-worker':
    case 'wait-for-models':
    case 'check-gpus':
    case 'wait-until-ready':
      return 'none';
  }
}

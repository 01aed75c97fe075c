import type { Operation } from '../../core/plan/operation.ts';
import { objectOf } from '../../core/plan/operation-object.ts';
import { type Effect, effectOf } from '../../core/plan/summarise.ts';
import { formatBytes } from '../../core/units.ts';

export const PLAN_GROUPS = ['Services', 'Models', 'Images', 'Volumes', 'Files'] as const;

const MARKS = { create: '+', change: '~', remove: '-', none: '>' } as const satisfies Record<Effect, string>;

export interface PlanLine {
  readonly group: (typeof PLAN_GROUPS)[number];
  readonly mark: (typeof MARKS)[Effect];
  readonly what: string;
  readonly why: string;
}

/** Returns one operation as text. */
export function planLine(operation: Operation): PlanLine {
  return {
    group: groupOf(operation),
    mark: MARKS[effectOf(operation)],
    what: whatOf(operation),
    why: operation.cause,
  };
}

function groupOf(operation: Operation): PlanLine['group'] {
  switch (operation.kind) {
    case 'write-file':
    case 'write-secret':
    case 'remove-secrets':
      return 'Files';
    case 'build-image':
    case 'pull-image':
    case 'push-image':
    case 'tag-image':
      return 'Images';
    case 'create-volume':
    case 'create-directory':
      return 'Volumes';
    case 'fetch-model':
      return 'Models';
    case 'start-service':
    case 'recreate-service':
    case 'restart-service':
    case 'remove-service':
    case 'drain-worker':
    case 'resume-worker':
    case 'wait-for-models':
    case 'check-gpus':
    case 'wait-until-ready':
    case 'remove-network':
      return 'Services';
  }
}

function whatOf(operation: Operation): string {
  const object = objectOf(operation);
  switch (operation.kind) {
    case 'write-file':
    case 'create-volume':
    case 'create-directory':
    case 'start-service':
    case 'remove-service':
      return object;
    case 'write-secret':
      return `secret ${object}`;
    case 'remove-secrets':
      return `secrets ${object}`;
    case 'remove-network':
      return `network of ${object}`;
    case 'build-image':
      return `${object} (build)`;
    case 'pull-image':
      return `${object} (pull)`;
    case 'push-image':
      return `${object} (push from ${operation.from})`;
    case 'tag-image':
      return `${object} (tag of ${operation.image})`;
    case 'fetch-model':
      return `${object}  ${formatBytes(operation.bytes)}`;
    case 'recreate-service':
      return `${object} (recreate)`;
    case 'restart-service':
      return `${object} (restart)`;
    case 'drain-worker':
      return `drain ${object}`;
    case 'resume-worker':
      return `resume ${object}`;
    case 'wait-for-models':
      return `wait for the models of ${object}`;
    case 'check-gpus':
      return `check the GPUs of ${object}`;
    case 'wait-until-ready':
      return `wait until ${object} is ready`;
  }
}

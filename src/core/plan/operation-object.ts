import type { Step } from './operation.ts';

/** Returns the name of what a step acts on: a path, a reference, a volume, a service. */
export function objectOf(step: Step): string {
  switch (step.kind) {
    case 'write-file':
    case 'create-directory':
    case 'remove-secrets':
      return step.path;
    case 'write-secret':
    case 'create-volume':
      return step.name;
    case 'remove-network':
      return step.project;
    case 'build-image':
    case 'tag-image':
      return step.tag;
    case 'pull-image':
    case 'push-image':
      return step.image;
    case 'fetch-model':
      return step.ref;
    case 'start-service':
    case 'recreate-service':
    case 'restart-service':
    case 'remove-service':
    case 'drain-worker':
    case 'resume-worker':
    case 'wait-for-models':
    case 'wait-until-ready':
    case 'check-gpus':
      return step.service;
  }
}

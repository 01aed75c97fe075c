import type { ContainerFacts } from '../../../src/core/domain/container.ts';

/** Returns a running container of the project, with these labels. */
export function containerOf(over: Partial<ContainerFacts> & Pick<ContainerFacts, 'service'>): ContainerFacts {
  return {
    id: over.service,
    name: over.service,
    profile: 'gpu-worker',
    project: 'rma',
    image: '',
    imageId: '',
    state: 'running',
    health: 'healthy',
    exitCode: null,
    restarts: 0,
    startError: null,
    startedAt: null,
    configHash: null,
    models: [],
    engines: null,
    gpus: [],
    gpuBytes: null,
    ramBytes: 0,
    gpuExclusive: false,
    variant: null,
    ports: [],
    published: [],
    lostNetwork: null,
    nextNetwork: null,
    store: null,
    composeFile: null,
    ...over,
  };
}

import { describe, expect, it } from 'vitest';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';

describe('conflicts in a profile', () => {
  const engine =
    'image: a/b:1\nport: 1\ncommand: []\nhealth_path: /h\nmodels_path: /m\nhealth_test: [CMD, "true"]\n';
  const faultsOf = (profile: string, gpu = 'optional'): string => {
    const files = [
      { kind: 'engine' as const, name: 'llm', file: 'llm.yaml', text: `${engine}gpu: ${gpu}\n` },
      { kind: 'profile' as const, name: 'p', file: 'p.yaml', text: `description: d\n${profile}` },
    ];
    try {
      buildCatalog(files);
      return 'no fault';
    } catch (error) {
      return (error as Error).message.split('\n')[1] ?? '';
    }
  };
  const service = (more: string) => `services:\n  - {engine: llm, models: [], ${more}}\n`;

  it.each([
    [service('gpus: 0'), 'required', 'p.yaml:3:37: engine "llm" needs a GPU, not 0'],
    [service('gpus: 2'), 'none', 'p.yaml:3:37: engine "llm" uses no GPU'],
    [
      service('gpus: all, replicas: 2'),
      'optional',
      'p.yaml:3:52: "gpus" must be a number if "replicas" is set: each replica gets its own GPUs',
    ],
    [service('memory: 1GiB, memory_reservation: 1GiB'), 'optional', 'no fault'],
    [
      service('memory: 1GiB, memory_reservation: 2GiB'),
      'optional',
      'p.yaml:3:65: "memory_reservation" must not exceed "memory"',
    ],
    [
      `min_gpu_memory: 8GB\nrecommended_gpu_memory: 4GB\n${service('gpus: 1')}`,
      'optional',
      'p.yaml:3:25: "recommended_gpu_memory" must not be less than "min_gpu_memory"',
    ],
    [
      'variants:\n  - {name: a, services: [{engine: llm, models: []}]}\n  - {name: a, services: [{engine: llm, models: []}]}\n',
      'optional',
      'p.yaml:4:12: duplicate variant "a"',
    ],
    [
      `${service('gpus: 1')}variants:\n  - {name: a, services: [{engine: llm, models: []}]}\n`,
      'optional',
      'p.yaml:3:3: a profile has services or variants, not both',
    ],
    ['min_gpu_memory: 8GB\n', 'optional', 'p.yaml:1:1: "services" is missing'],
    [service('gpus: [0, GPU-1]'), 'optional', 'no fault'],
  ])('%s for an engine with gpu: %s', (profile, gpu, fault) => {
    expect(faultsOf(profile, gpu)).toBe(fault);
  });
});

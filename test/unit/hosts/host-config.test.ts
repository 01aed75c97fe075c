import { describe, expect, it } from 'vitest';
import { hasNamedHosts, hostConfig } from '../../../src/core/hosts/host-config.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

const SCOPE = { name: 'gpu-b', stateDir: '/home/me/.local/state/rma/demo', profiles: ['vllm'] };

describe('configuration of one host', () => {
  it('has the settings of the project where the host has none of its own', () => {
    const project = configOf({ hosts: { 'gpu-b': { address: 'ssh://gpu-b' } }, bind: '127.0.0.1' });
    expect(hostConfig(project, SCOPE)).toEqual({
      ...project,
      stateDir: '/home/me/.local/state/rma/demo',
      profiles: ['vllm'],
    });
  });

  it('has the address, the volumes and the GPU limits of the host', () => {
    const project = configOf({
      hosts: {
        'gpu-a': { address: 'ssh://gpu-a' },
        'gpu-b': {
          address: 'ssh://gpu-b',
          bind: '10.0.0.12',
          volumes: { store: { type: 'host', path: '/data/models' } },
          gpu: { visible: ['0'] },
        },
      },
    });
    const own = hostConfig(project, SCOPE);
    expect(own.bind).toBe('10.0.0.12');
    expect(own.volumes).toEqual({ ...project.volumes, store: { type: 'host', path: '/data/models' } });
    expect(own.gpu).toEqual({ ...project.gpu, visible: ['0'] });
    expect(Object.keys(own.hosts)).toEqual(['gpu-b']);
  });

  it.each([
    [{ local: { address: null } }, false],
    [{ box1: { address: 'ssh://box1' } }, true],
    [{ local: { address: null }, box1: { address: 'ssh://box1' } }, true],
  ])('%j names hosts: %s', (hosts, named) => {
    expect(hasNamedHosts({ hosts })).toBe(named);
  });
});

import { describe, expect, it } from 'vitest';
import { hasNamedHosts, hostConfig } from '../../../src/core/hosts/host-config.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

const SCOPE = { name: 'gpu-b', stateDir: '/home/me/.local/state/rma/demo', profiles: ['vllm'] };

describe('configuration of one host', () => {
  it('has the settings of the project where the host has none of its own', () => {
    const project = configOf({ hosts: { 'gpu-b': { address: 'ssh://gpu-b' } }, bind: '127.0.0.1' });
    expect(hostConfig(project, SCOPE)).toEqual({
      ...project,
      projectHosts: ['gpu-b'],
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

  it('has the ports and GPUs of its own services, and of unknown names', () => {
    const mine = { 'vllm-vllm': '0', vllm: '0', 'vllm-tiny-vllm': '0', 'typo-vllm': '0' };
    const theirs = { 'vllm-large-vllm': '1', ocr: '1', 'ocr-docling-2': '1', 'embedding-tei': '1' };
    const names = Object.entries({ ...mine, ...theirs });
    const project = configOf({
      hosts: { 'gpu-b': { address: 'ssh://gpu-b' } },
      profiles: ['vllm', 'vllm-large', 'ocr'],
      ports: Object.fromEntries(names.map(([name], at) => [name, 8000 + at])),
      gpu: { ...configOf().gpu, pins: Object.fromEntries(names.map(([name, gpu]) => [name, [gpu]])) },
    });
    const own = hostConfig(project, { ...SCOPE, others: ['embedding'] });
    expect(Object.keys(own.ports)).toEqual(Object.keys(mine));
    expect(Object.keys(own.gpu.pins)).toEqual(Object.keys(mine));
  });

  it.each([
    [{ local: { address: null } }, false],
    [{ box1: { address: 'ssh://box1' } }, true],
    [{ local: { address: null }, box1: { address: 'ssh://box1' } }, true],
  ])('%j names hosts: %s', (hosts, named) => {
    expect(hasNamedHosts({ hosts })).toBe(named);
  });
});

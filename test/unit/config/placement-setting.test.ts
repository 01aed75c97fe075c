import { expect, it } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { asRmaYaml } from '../../../src/core/config/show-config.ts';
import { withFile } from '../../helpers/builders/config-sources.ts';

const text = `
placement:
  cpu-worker: { replicas: all, hosts: [box*], labels: { rack: r1 }, strategy: pack }
  gpu-worker: { replicas: 2 }
  vllm: { span: hosts }
`;

it('reads how many and which hosts run a profile, with the line of each entry', () => {
  expect(resolveConfig(withFile(text)).config.placement).toEqual({
    'cpu-worker': {
      replicas: 'all',
      hosts: ['box*'],
      labels: { rack: 'r1' },
      strategy: 'pack',
      where: 'rma.yaml:3:3',
    },
    'gpu-worker': { replicas: 2, hosts: [], labels: {}, strategy: 'spread', where: 'rma.yaml:4:3' },
    vllm: { replicas: 1, hosts: [], labels: {}, strategy: 'spread', span: 'hosts', where: 'rma.yaml:5:3' },
  });
});

it('is shown as rma.yaml writes it', () => {
  expect(asRmaYaml(resolveConfig(withFile(text)))['placement']).toEqual({
    'cpu-worker': { replicas: 'all', hosts: ['box*'], labels: { rack: 'r1' }, strategy: 'pack' },
    'gpu-worker': { replicas: 2, strategy: 'spread' },
    vllm: { strategy: 'spread', span: 'hosts' },
  });
});

import { describe, expect, it } from 'vitest';
import { checkDevices } from '../../../src/core/cluster/node-resources.ts';
import { deployment, job, node } from '../../helpers/cluster/objects.ts';

/** A Deployment whose pods need these resources. */
function needing(limits: Readonly<Record<string, string | number>>) {
  return deployment(
    'vllm',
    {},
    { template: { spec: { containers: [{ name: 'engine', resources: { limits } }] } } },
  );
}

const NODES = [
  node('a', { cpu: '8', 'nvidia.com/gpu': '2', 'hugepages-2Mi': '0' }),
  node('b', { cpu: '8', 'nvidia.com/gpu': '8' }),
  node('c', { cpu: '8', 'nvidia.com/mig-3g.40gb': '2' }),
];

describe('checkDevices', () => {
  it('accepts what one node has, and pods without devices', () => {
    expect(() => checkDevices([needing({ 'nvidia.com/gpu': 8 }), job('j')], NODES)).not.toThrow();
    expect(() => checkDevices([needing({ memory: '8Gi' })], [])).not.toThrow();
  });

  it.each([
    [{ 'nvidia.com/mig-1g.10gb': 1 }, 'no node has 1 nvidia.com/mig-1g.10gb, which deployment/vllm needs'],
    [{ 'nvidia.com/gpu': '10' }, 'no node has 10 nvidia.com/gpu, which deployment/vllm needs'],
  ])('rejects %j and lists what the nodes have', (limits, message) => {
    expect(() => checkDevices([needing(limits)], NODES)).toThrow(
      expect.objectContaining({
        code: 'RMA_KUBERNETES_NO_NODE',
        exitCode: 5,
        message,
        hint: expect.stringContaining(
          'the nodes have nvidia.com/gpu (up to 8 on each of 2 nodes), nvidia.com/mig-3g.40gb (2 on one node)',
        ),
      }),
    );
  });

  it('says that the device plugin may be missing where no node has a GPU', () => {
    expect(() => checkDevices([needing({ 'nvidia.com/gpu': 1 })], [node('a', { cpu: '4' })])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('is the NVIDIA device plugin installed?') }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { selectHosts } from '../../../src/core/hosts/select-hosts.ts';

const HOSTS = {
  'gpu-a': { address: 'ssh://gpu-a', labels: { rack: 'r1', 'gpu.model': 'L40S' } },
  'gpu-b': { address: 'ssh://gpu-b', labels: { rack: 'r2' } },
  local: { address: null },
};

describe('selection of hosts', () => {
  it.each([
    [[], ['gpu-a', 'gpu-b', 'local']],
    [['gpu-b'], ['gpu-b']],
    [
      ['local', 'gpu-a'],
      ['gpu-a', 'local'],
    ],
    [['gpu-*'], ['gpu-a', 'gpu-b']],
    [['gpu-?'], ['gpu-a', 'gpu-b']],
    [['rack=r1'], ['gpu-a']],
    [['rack=*'], ['gpu-a', 'gpu-b']],
    [['gpu.model=L*'], ['gpu-a']],
    [
      ['rack=r2', 'local'],
      ['gpu-b', 'local'],
    ],
  ])('%j selects %j, in the order of rma.yaml', (words, names) => {
    expect(selectHosts(HOSTS, words)).toEqual(names);
  });

  it.each([
    ['gpu-x', 'unknown host "gpu-x"; did you mean "gpu-a"?'],
    ['*.lan', 'no host matches "*.lan"'],
    ['rack=r3', 'no host matches "rack=r3"'],
    ['gpu.a', 'unknown host "gpu.a"; did you mean "gpu-a"?'],
  ])('a word that selects none is an error: %s', (word, message) => {
    expect(() => selectHosts(HOSTS, ['local', word])).toThrowError(
      expect.objectContaining({ code: 'RMA_HOST_UNKNOWN', exitCode: 2, message }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { DockerodeEngine } from '../../../src/adapters/docker/dockerode-engine.ts';
import { standinEngine } from '../../helpers/stack/standin-engine.ts';

const MIB = 2 ** 20;
const times = (own: number, all: number) => ({
  cpu_usage: { total_usage: own },
  system_cpu_usage: all,
  online_cpus: 4,
});

async function usageOf(stats: unknown) {
  const { endpoint } = await standinEngine({ containers: [{ service: 'llm', stats }] });
  return new DockerodeEngine(endpoint).usage('llm');
}

describe('what a container uses', () => {
  it('is the share of one core between two readings, and the RAM without reclaimable cache', async () => {
    const usage = await usageOf({
      cpu_stats: times(1_500, 20_000),
      precpu_stats: times(1_000, 16_000),
      memory_stats: { usage: 300 * MIB, stats: { inactive_file: 100 * MIB } },
    });
    // an eighth of four cores
    expect(usage).toEqual({ cpuPercent: 50, memoryBytes: 200 * MIB });
  });

  it('counts the cache of all descendants with cgroup v1', async () => {
    const usage = await usageOf({
      cpu_stats: times(1_500, 20_000),
      precpu_stats: { cpu_usage: {} },
      memory_stats: { usage: 300 * MIB, stats: { inactive_file: 1, total_inactive_file: 200 * MIB } },
    });
    expect(usage).toEqual({ cpuPercent: null, memoryBytes: 100 * MIB });
  });

  it('is null for a container that is not running or does not exist', async () => {
    expect(await usageOf(undefined)).toBeNull();
    const { endpoint } = await standinEngine({ containers: [] });
    expect(await new DockerodeEngine(endpoint).usage('llm')).toBeNull();
  });
});

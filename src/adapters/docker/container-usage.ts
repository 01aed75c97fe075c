import type * as z from 'zod/mini';
import type { ContainerUsage } from '../../core/domain/container.ts';
import type { statsAnswer } from './engine-answers.ts';

type Stats = z.output<typeof statsAnswer>;

/**
 * Returns what a container uses, counted as `docker stats` does; null for one that is not running.
 * Source: `calculateCPUPercentUnix` and `calculateMemUsageUnixNoCache` of the Docker CLI.
 */
export function containerUsage(stats: Stats): ContainerUsage | null {
  const usage = { cpuPercent: cpuPercent(stats), memoryBytes: memoryBytes(stats) };
  return usage.cpuPercent === null && usage.memoryBytes === null ? null : usage;
}

/** Two readings, about a second apart, are needed. */
function cpuPercent({ cpu_stats: now, precpu_stats: before }: Stats): number | null {
  const own = difference(now.cpu_usage?.total_usage, before.cpu_usage?.total_usage);
  const all = difference(now.system_cpu_usage, before.system_cpu_usage);
  const cores = now.online_cpus ?? 0;
  return own === null || all === null || all <= 0 || cores === 0 ? null : (100 * cores * own) / all;
}

function difference(now: number | undefined, before: number | undefined): number | null {
  return now === undefined || before === undefined ? null : now - before;
}

/** The page cache that is not in use counts as free: `inactive_file`, with cgroup v1 that of all its descendants. */
function memoryBytes({ memory_stats: { usage, stats } }: Stats): number | null {
  if (usage === undefined) return null;
  return Math.max(0, usage - (stats?.['total_inactive_file'] ?? stats?.['inactive_file'] ?? 0));
}

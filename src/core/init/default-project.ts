import type { Gpu } from '../domain/gpu.ts';
import type { DiskFacts } from '../domain/host-facts.ts';
import type { Catalog, Profile } from '../domain/profile.ts';
import { formatBytes } from '../units.ts';
import { toYaml } from '../yaml/yaml-text.ts';

/** What a new project depends on. null: unknown, or absent. */
export interface Machine {
  readonly gpus: readonly Gpu[];
  readonly memoryBytes: number | null;
  readonly disks: readonly DiskFacts[] | null;
  readonly docker: {
    readonly version: string;
    readonly rootDir: string;
    /** in the file system of `rootDir`; null: on another machine */
    readonly freeBytes: number | null;
  } | null;
}

export interface DefaultRequest {
  readonly machine: Machine;
  readonly catalog: Pick<Catalog, 'profiles'>;
  /** empty: the one that fits best */
  readonly profiles: readonly string[];
  /** as `volumes.store`; null: the default */
  readonly store: string | null;
}

/** Returns a commented `rma.yaml` for a machine. */
export function defaultProject(request: DefaultRequest): string {
  const { machine, store } = request;
  const { profiles, reason } = chosenProfiles(request);
  return [
    '# Written by rma init. See docs/config.md for all settings, and rma config show for their values.',
    `# This machine: ${machineText(machine)}.`,
    '',
    `# ${reason}`,
    '# All profiles: rma profiles ls. What one runs: rma profiles show PROFILE.',
    toYaml({ profiles }),
    'volumes:',
    ...storeComments(machine, store).map((line) => `  # ${line}`),
    `  ${toYaml({ store: store ?? 'named:rma-models' })}`,
  ].join('\n');
}

function chosenProfiles({ machine, catalog, profiles }: DefaultRequest): {
  readonly profiles: readonly string[];
  readonly reason: string;
} {
  if (profiles.length > 0) return { profiles, reason: 'As requested with --profile.' };
  const largest = Math.max(0, ...machine.gpus.map(usableBytes));
  const fitting = [...catalog.profiles.values()]
    .filter(({ minGpuBytes }) => minGpuBytes !== null && minGpuBytes <= largest)
    .sort((a, b) => (b.minGpuBytes ?? 0) - (a.minGpuBytes ?? 0) || (a.name < b.name ? -1 : 1));
  const [best, ...others] = fitting;
  if (best === undefined) return { profiles: ['cpu-worker'], reason: cpuReason(machine, largest) };
  return { profiles: [best.name], reason: gpuReason(best, others, largest) };
}

function cpuReason({ gpus }: Machine, largest: number): string {
  const why = gpus.length === 0 ? 'no NVIDIA GPU was found' : `the largest GPU has ${formatBytes(largest)}`;
  return `A small chat model on the CPU: ${why}.`;
}

function gpuReason(best: Profile, others: readonly Profile[], largest: number): string {
  const needs = `${best.name} needs a GPU of ${formatBytes(best.minGpuBytes ?? 0)} or more; the largest has ${formatBytes(largest)}.`;
  return others.length === 0 ? needs : `${needs} Also fit: ${others.map(({ name }) => name).join(', ')}.`;
}

function usableBytes({ fault, memory }: Gpu): number {
  return fault === null ? (memory.totalBytes ?? 0) : 0;
}

function machineText({ gpus, memoryBytes, docker }: Machine): string {
  const cards = gpus.map((gpu) => `${gpu.name} (${formatBytes(gpu.memory.totalBytes ?? 0)})`);
  return [
    cards.length === 0 ? 'no NVIDIA GPU' : cards.join(', '),
    ...(memoryBytes === null ? [] : [`${formatBytes(memoryBytes)} RAM`]),
    docker === null ? 'Docker was not reachable' : `Docker ${docker.version}`,
  ].join('; ');
}

/** File systems of real disks. */
const DISKS = /^(?:ext[234]|xfs|btrfs|zfs|f2fs|bcachefs)$/;
/** A disk is worth a hint if it has this many times the space. */
const MUCH_MORE = 2;

function storeComments({ docker, disks }: Machine, store: string | null): readonly string[] {
  if (store !== null) return ['Where models are stored.'];
  const free = docker?.freeBytes ?? null;
  const where = docker === null || free === null ? '' : ` (${docker.rootDir}: ${formatBytes(free)} free)`;
  const largest = (disks ?? [])
    .filter(({ type }) => DISKS.test(type))
    .toSorted((a, b) => b.freeBytes - a.freeBytes)[0];
  const base = [`Where models are stored: a volume on the disk of Docker${where}.`];
  if (largest === undefined || free === null || largest.freeBytes < MUCH_MORE * free) return base;
  const path = `${largest.mount.replace(/\/$/, '')}/models`;
  return [
    ...base,
    `${largest.mount} has ${formatBytes(largest.freeBytes)} free; to use it: store: host:${path}`,
  ];
}

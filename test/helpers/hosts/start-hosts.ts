import { onTestFinished } from 'vitest';
import { gpuFolder, type Offer } from '../../standins/gpus/gpu-folder.ts';
import type { AtEnd } from '../at-end.ts';
import { tempFolder } from '../files/temp-folder.ts';
import type { GpuBoxState } from '../gpu/gpu-box/state.ts';
import { type HostName, hostsScript, ROOM, TestHost } from './test-host.ts';

export interface HostOptions {
  /** default: no GPUs */
  readonly gpus?: GpuBoxState;
  readonly offer?: Offer;
  /** its volumes are on a disk of their own, in memory, that can be full */
  readonly ownDisk?: boolean;
  /** the engine of Debian 12 (20.10) */
  readonly engine?: 'legacy';
}

/** Starts new hosts, which end with the test. They have the base images and nothing else. */
export async function startHosts<Name extends HostName>(
  wanted: Readonly<Record<Name, HostOptions>>,
  atEnd: AtEnd = onTestFinished,
): Promise<Readonly<Record<Name, TestHost>>> {
  const entries = Object.entries(wanted) as [Name, HostOptions][];
  atEnd(() => hostsScript(['remove', ...entries.map(([name]) => name)]));
  const started = entries.map(
    async ([name, options]) => [name, await startHost(name, options, atEnd)] as const,
  );
  return Object.fromEntries(await Promise.all(started)) as Record<Name, TestHost>;
}

async function startHost(
  name: HostName,
  { gpus, offer, ownDisk = false, engine }: HostOptions,
  atEnd: AtEnd,
): Promise<TestHost> {
  const found = gpus === undefined ? null : await gpuFolder(tempFolder(atEnd), gpus, offer);
  const env = {
    ...(found === null ? {} : { RMA_HOST_GPUS: found.folder }),
    ...(ownDisk ? { RMA_HOST_DISK: ROOM } : {}),
    ...(engine === undefined ? {} : { RMA_HOST_ENGINE: engine }),
  };
  const host = new TestHost(name, found, env);
  await host.start();
  return host;
}

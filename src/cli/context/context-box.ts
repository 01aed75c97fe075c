import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { packageRoot } from '../../adapters/data/package-root.ts';
import { readCatalog } from '../../adapters/data/read-catalog.ts';
import { SpawnedDockerCli } from '../../adapters/docker-cli/docker-cli.ts';
import { LocalRunner } from '../../adapters/exec/local-runner.ts';
import { diskFiles } from '../../adapters/files/disk-files.ts';
import { readHubToken } from '../../adapters/hub/hub-token.ts';
import { PackagedImage } from '../../adapters/image/packaged-image.ts';
import { NvidiaSmi } from '../../adapters/nvidia/nvidia-smi.ts';
import { systemNames } from '../../adapters/system/name-lookup.ts';
import { portTaken } from '../../adapters/system/port-taken.ts';
import type { Box } from '../../ports/box.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { LoadedConfig } from './context-config.ts';
import { lazyDocker } from './context-docker.ts';
import { hubSources, rangeReader } from './context-hub.ts';

interface BoxParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
}

/** This machine with its Docker, its files and the hubs. Nothing is asked or connected before it is used. */
export function createBox({ env, signal, reporter }: BoxParts, loaded: LoadedConfig): Box {
  const runner = new LocalRunner(env);
  const shipped = packageRoot(import.meta.url);
  const token = () => hubToken(loaded, env);
  return {
    docker: lazyDocker(env, runner),
    cli: new SpawnedDockerCli(runner),
    gpus: new NvidiaSmi(runner),
    files: diskFiles,
    names: systemNames,
    sources: hubSources({ env, hub: loaded.config.hub, token: () => token()?.value ?? null }),
    ranges: rangeReader(env),
    image: new PackagedImage(join(shipped, 'dist', 'image')),
    clock: systemClock,
    reporter,
    signal,
    hostName: hostname(),
    caller: { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000 },
    environment: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    catalog: async (own, extra = null) => readCatalog({ shipped, own, extra }),
    hubToken: async () => token(),
    randomKey: () => randomBytes(32).toString('hex'),
    portTaken,
  };
}

function hubToken(
  { hubToken: from }: LoadedConfig,
  env: BoxParts['env'],
): { value: string; origin: string } | null {
  if (from.kind === 'none') return null;
  const path = from.kind === 'file' ? from.path : null;
  const value = readHubToken(path, { HF_TOKEN: env['HF_TOKEN'] });
  return value === null ? null : { value, origin: path ?? 'HF_TOKEN' };
}

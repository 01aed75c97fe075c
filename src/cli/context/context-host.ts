import { hostname } from 'node:os';
import { CronDirectory } from '../../adapters/cron/cron-directory.ts';
import { UserCrontab } from '../../adapters/cron/user-crontab.ts';
import { dockerEndpoint } from '../../adapters/docker/endpoint.ts';
import { SpawnedDockerCli } from '../../adapters/docker-cli/docker-cli.ts';
import { ScheduleContainers } from '../../adapters/docker-cli/schedule-container.ts';
import { LocalRunner } from '../../adapters/exec/local-runner.ts';
import { diskFiles } from '../../adapters/files/disk-files.ts';
import { NvidiaSmi } from '../../adapters/nvidia/nvidia-smi.ts';
import { SystemHostFacts } from '../../adapters/system/host-facts.ts';
import { systemNames } from '../../adapters/system/name-lookup.ts';
import { systemPorts } from '../../adapters/system/port-probe.ts';
import { Systemd } from '../../adapters/systemd/systemd.ts';
import { SystemdTimers } from '../../adapters/systemd/systemd-timers.ts';
import type { Host } from '../../ports/host.ts';
import { lazyEngine, lazyImages } from './context-engine.ts';

/** Returns this machine as a host. Connects to nothing and starts no program. */
export function localHost(env: Readonly<Record<string, string | undefined>>): Host {
  const runner = new LocalRunner(env);
  const endpoint = () => dockerEndpoint(env, runner);
  return {
    name: hostname(),
    engine: lazyEngine(endpoint),
    images: lazyImages(endpoint),
    docker: new SpawnedDockerCli(runner),
    gpus: new NvidiaSmi(runner, { files: diskFiles }),
    facts: new SystemHostFacts(),
    files: diskFiles,
    localFiles: diskFiles,
    ports: systemPorts,
    names: systemNames,
    services: new Systemd(runner),
    commands: runner,
    schedulers: [
      new SystemdTimers(runner),
      new CronDirectory(runner),
      new UserCrontab(runner),
      new ScheduleContainers(runner),
    ],
    caller: { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000 },
  };
}

import type { CommandRunner } from './command-runner.ts';
import type { ContainerEngine } from './container-engine.ts';
import type { DockerCli } from './docker-cli.ts';
import type { EngineImages } from './engine-images.ts';
import type { FileStore } from './file-store.ts';
import type { GpuProbe } from './gpu-probe.ts';
import type { HostFacts } from './host-facts.ts';
import type { NameLookup } from './name-lookup.ts';
import type { PortProbe } from './port-probe.ts';
import type { Scheduler } from './scheduler.ts';
import type { ServiceManager } from './service-manager.ts';

/** One machine with its Docker, its GPUs and its files. Nothing is connected before its first use. */
export interface Host {
  readonly name: string;
  readonly engine: ContainerEngine;
  /** the images of the engine, as archives */
  readonly images: EngineImages;
  /** the `docker` and `docker compose` commands against this host's engine */
  readonly docker: DockerCli;
  readonly gpus: GpuProbe;
  /** RAM, processors, disks and the operating system */
  readonly facts: HostFacts;
  readonly files: FileStore;
  /** files of the machine that runs rma, which is often this one: rma.lock, the files that rma.yaml names */
  readonly localFiles: FileStore;
  readonly ports: PortProbe;
  readonly names: NameLookup;
  readonly services: ServiceManager;
  /** programs of the machine, for the user */
  readonly commands: CommandRunner;
  /** what runs commands on a schedule there, in the order of preference */
  readonly schedulers: readonly Scheduler[];
  /** the user who runs rma there */
  readonly caller: { readonly uid: number; readonly gid: number };
}

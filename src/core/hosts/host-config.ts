import type { RmaConfig } from '../domain/config.ts';

/** What a host has of its own. */
export interface HostScope {
  readonly name: string;
  /** directory of the generated files on this host, absolute */
  readonly stateDir: string;
  /** the profiles that run there */
  readonly profiles: readonly string[];
}

/**
 * Returns the configuration of one host of a project: the settings of the project, with those of its entry in `hosts`, and no
 * other host.
 */
export function hostConfig(config: RmaConfig, { name, stateDir, profiles }: HostScope): RmaConfig {
  const host = config.hosts[name];
  if (host === undefined) throw new Error(`the configuration has no host ${name}`);
  return {
    ...config,
    hosts: { [name]: host },
    // its profiles are chosen already
    placement: {},
    stateDir,
    profiles,
    bind: host.bind ?? config.bind,
    volumes: { ...config.volumes, ...host.volumes },
    gpu: { ...config.gpu, ...host.gpu },
  };
}

/** Returns whether a project names its hosts; without that it has one, the machine that runs rma. */
export function hasNamedHosts({ hosts }: Pick<RmaConfig, 'hosts'>): boolean {
  const entries = Object.values(hosts);
  return entries.length !== 1 || entries.some(({ address }) => address !== null);
}

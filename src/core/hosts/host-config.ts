import type { RmaConfig } from '../domain/config.ts';

/** What a host has of its own. */
export interface HostScope {
  readonly name: string;
  /** directory of the generated files on this host, absolute */
  readonly stateDir: string;
  /** the profiles that run there */
  readonly profiles: readonly string[];
  /** profile → the hosts that it runs together with; absent: none */
  readonly groups?: RmaConfig['groups'];
  /** profiles that run on other hosts, besides those of rma.yaml */
  readonly others?: readonly string[];
}

/**
 * Returns the configuration of one host of a project: the settings of the project, with those of its entry in `hosts`, and no
 * other host. Ports and GPUs that it sets for services of profiles on other hosts are left out.
 */
export function hostConfig(config: RmaConfig, scope: HostScope): RmaConfig {
  const { name, stateDir, profiles, groups = {} } = scope;
  const variants = Object.entries(groups).map(([profile, { variant }]) => [profile, variant] as const);
  const host = config.hosts[name];
  if (host === undefined) throw new Error(`the configuration has no host ${name}`);
  return {
    ...config,
    hosts: { [name]: host },
    projectHosts: Object.keys(config.hosts),
    // its profiles are chosen already
    placement: {},
    ...(variants.length > 0 && {
      groups,
      variants: { ...config.variants, ...Object.fromEntries(variants) },
    }),
    stateDir,
    profiles,
    bind: host.bind ?? config.bind,
    volumes: { ...config.volumes, ...host.volumes },
    ports: ownEntries(config.ports, config, scope),
    gpu: { ...config.gpu, ...host.gpu, pins: ownEntries(config.gpu.pins, config, scope) },
  };
}

/** Returns the entries without those of profiles that run on other hosts only. */
function ownEntries<T>(
  entries: Readonly<Record<string, T>>,
  config: Pick<RmaConfig, 'profiles'>,
  { profiles, others = [] }: HostScope,
): Readonly<Record<string, T>> {
  const known = [...new Set([...profiles, ...config.profiles, ...others])];
  return Object.fromEntries(
    Object.entries(entries).filter(([name]) => {
      const owner = ownerOf(name, known);
      return owner === null || profiles.includes(owner);
    }),
  );
}

/** Returns the profile with this name, or the one in the name of a service, `<profile>-<engine>`; null when it is none of them. */
function ownerOf(name: string, profiles: readonly string[]): string | null {
  const owners = profiles.filter((profile) => name === profile || name.startsWith(`${profile}-`));
  return owners.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

/** Returns whether a project names its hosts; without that it has one, the machine that runs rma. */
export function hasNamedHosts({ hosts }: Pick<RmaConfig, 'hosts'>): boolean {
  const entries = Object.values(hosts);
  return entries.length !== 1 || entries.some(({ address }) => address !== null);
}

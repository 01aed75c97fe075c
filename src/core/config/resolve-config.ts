import { basename, isAbsolute, join } from 'node:path/posix';
import type { GpuSettings, RmaConfig, SettingOrigin } from '../domain/config.ts';
import { HUB_TOKEN_VARIABLES } from '../hub/token-variable.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import type { ConfigSources } from './config-sources.ts';
import { type ConfigFault, configError } from './fault.ts';
import { visibleGpus } from './gpu-settings.ts';
import { HOSTS_SETTING, sameAddresses } from './host-schema.ts';
import type { HubToken } from './hub-token.ts';
import { takeKubernetes } from './kubernetes-values.ts';
import { PLACEMENT_SETTING } from './placement-schema.ts';
import { toProjectName } from './project-name.ts';
import { type FileSettings, readSettings } from './read-settings.ts';
import { settingsToRecord } from './recorded-project.ts';
import { separateStores } from './separate-stores.ts';
import { SERVICES_SETTING } from './service-settings-schema.ts';
import { itemsOf, type Setting } from './setting.ts';
import { SettingReader } from './setting-reader.ts';
import { ALL_SETTINGS, SETTINGS } from './settings.ts';
import { writableStoreMounts } from './store-mounts.ts';
import { unknownCoordinatorHost } from './unknown-coordinator-host.ts';

export interface ResolvedConfig {
  readonly config: RmaConfig;
  /** by key of the setting, as in rma.yaml */
  readonly origins: Readonly<Record<string, SettingOrigin>>;
  /** the profiles that `--profile` named: the command acts on these alone. Null without the option. */
  readonly selectedProfiles: readonly string[] | null;
  readonly hubToken: HubToken;
}

/**
 * Returns the configuration, by precedence: flag, environment, file, record of an earlier `rma up`, default.
 * @throws RmaError RMA_CONFIG_INVALID exit 2, with all faults
 */
export function resolveConfig(sources: ConfigSources): ResolvedConfig {
  const file = sources.file === null ? null : readFile(sources.file);
  const faults = faultsOf(file);
  const reader = new SettingReader(sources, file?.words ?? new Map(), faults);
  const take = <T>(setting: Setting<T>): T => reader.take(setting);
  take(SETTINGS.profiles); // for its faults and its origin
  const project = take(SETTINGS.project) ?? defaultProject(sources);
  const hubToken = findHubToken(take(SETTINGS.hubTokenFile), sources, reader);
  const settings: Omit<RmaConfig, 'toRecord'> = {
    project,
    directory: sources.file?.dir ?? null,
    stateDir: stateDir(
      project,
      file?.words.get(SETTINGS.project.key)?.[0]?.text ?? defaultProject(sources),
      sources,
    ),
    profilesDir: sources.profilesDir,
    enginesDir: sources.enginesDir,
    ...hostSettings(take),
    profiles: withoutFlags(sources, file).take(SETTINGS.profiles),
    volumes: { store: take(SETTINGS.store), cache: take(SETTINGS.cache) },
    owner: take(SETTINGS.owner),
    bind: take(SETTINGS.bind),
    coordinator: coordinatorSettings(take),
    hub: hubSettings(take, hubToken),
    network: networkSettings(take),
    frozen: take(SETTINGS.frozen),
    gpu: gpuSettings(take),
    variants: take(SETTINGS.variants),
    nfsOptions: take(SETTINGS.nfsOptions),
    ...serviceSettings(take),
    drainSeconds: take(SETTINGS.drainTimeout),
    kubernetes: takeKubernetes(take),
  };
  faults.push(...faultsBetween(settings, reader));
  if (faults.length > 0) throw configError(faults);
  const config = { ...settings, toRecord: settingsToRecord(settings, reader.origins()) };
  return {
    config,
    origins: originsOf(sources, reader),
    selectedProfiles: profilesOfFlags(sources),
    hubToken,
  };
}

/** Returns the faults of settings that do not fit together. */
function faultsBetween(
  settings: Pick<RmaConfig, 'services' | 'volumes' | 'coordinator' | 'hosts' | 'network'>,
  reader: SettingReader,
): readonly ConfigFault[] {
  const origins = reader.origins();
  return [
    ...writableStoreMounts(settings),
    ...unknownCoordinatorHost(settings, origins[SETTINGS.coordinatorHost.key]),
    ...sameAddresses(settings.hosts, reader.placesOf(SETTINGS.hosts.key)),
    ...separateStores(settings, origins[SETTINGS.distribute.key]),
  ];
}

function originsOf(sources: ConfigSources, reader: SettingReader): ResolvedConfig['origins'] {
  const recorded: SettingOrigin = { from: 'recorded', name: 'name of the directory' };
  const known = reader.origins();
  const isDefault = (known[SETTINGS.project.key] ?? { from: 'default' }).from === 'default';
  if (!isDefault || recordedName(sources) === null) return known;
  return { ...known, [SETTINGS.project.key]: recorded };
}

function profilesOfFlags({ flags }: ConfigSources): readonly string[] | null {
  const names = flags.get(SETTINGS.profiles.key);
  return names === undefined ? null : [...new Set(itemsOf(SETTINGS.profiles, names))];
}

/** Reads the settings without the command line, whose faults are already reported. */
function withoutFlags(sources: ConfigSources, file: FileSettings | null): SettingReader {
  return new SettingReader({ ...sources, flags: new Map() }, file?.words ?? new Map(), []);
}

type Take = <T>(setting: Setting<T>) => T;

function hostSettings(take: Take): Pick<RmaConfig, 'hosts' | 'placement'> {
  return { hosts: take(HOSTS_SETTING), placement: take(PLACEMENT_SETTING) };
}

function coordinatorSettings(take: Take): RmaConfig['coordinator'] {
  const host = take(SETTINGS.coordinatorHost);
  return {
    ...(host !== null && { host }),
    port: take(SETTINGS.coordinatorPort),
    url: take(SETTINGS.coordinatorUrl),
    tokenFile: take(SETTINGS.coordinatorTokenFile),
  };
}

function hubSettings(take: Take, hubToken: HubToken): RmaConfig['hub'] {
  const sources = take(SETTINGS.hubSources);
  return {
    ...(sources.length > 0 && { sources }),
    ...(take(SETTINGS.allowPickle) && { allowPickle: true }),
    endpoints: {
      hf: take(SETTINGS.hubEndpoint),
      ollama: take(SETTINGS.ollamaEndpoint),
      ms: take(SETTINGS.modelscopeEndpoint),
      docling: take(SETTINGS.githubEndpoint),
    },
    tokenFile: hubToken.kind === 'file' ? hubToken.path : null,
  };
}

function serviceSettings(take: Take): Pick<RmaConfig, 'images' | 'ports' | 'services'> {
  return {
    images: { workerBase: take(SETTINGS.workerBase), engines: take(SETTINGS.engineImages) },
    ports: take(SETTINGS.ports),
    services: take(SERVICES_SETTING),
  };
}

function networkSettings(take: Take): RmaConfig['network'] {
  const distribute = take(SETTINGS.distribute);
  return {
    ...(distribute !== null && { distribute }),
    caFile: take(SETTINGS.caFile),
    maxRate: take(SETTINGS.maxRate),
    connections: take(SETTINGS.connections),
    window: take(SETTINGS.window),
    offline: take(SETTINGS.offline),
    peers: take(SETTINGS.peers),
    peerTokenFile: take(SETTINGS.peerTokenFile),
  };
}

function gpuSettings(take: Take): GpuSettings {
  const visible = take(SETTINGS.gpuVisible);
  return {
    use: take(SETTINGS.gpuUse),
    minBytes: take(SETTINGS.gpuMinMemory),
    visible: visibleGpus(visible),
    reserveBytes: take(SETTINGS.gpuReserve),
    pins: take(SETTINGS.gpuPins),
  };
}

function readFile({ text, name }: NonNullable<ConfigSources['file']>): FileSettings {
  return readSettings(readYaml({ text, file: name }), ALL_SETTINGS);
}

function faultsOf(file: FileSettings | null): ConfigFault[] {
  return (file?.faults ?? []).map(({ file: name, line, column, message }) => ({
    where: `${name}:${line}:${column}`,
    message,
  }));
}

/** The recorded name outlives a new name of the directory. */
function defaultProject(sources: ConfigSources): string {
  const { file } = sources;
  return recordedName(sources) ?? (file === null ? null : toProjectName(basename(file.dir))) ?? 'rma';
}

function recordedName({ file, recorded }: ConfigSources): string | null {
  return file === null ? null : recorded.project;
}

/** Returns the state directory; a project set by flag or variable must not overwrite the files of the project in rma.yaml (`own`). */
function stateDir(project: string, own: string, { file, env, home, cwd }: ConfigSources): string {
  if (file !== null) return project === own ? join(file.dir, '.rma') : join(file.dir, '.rma', project);
  const xdg = env['XDG_STATE_HOME'];
  // XDG specification: ignore a relative path
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'rma', project);
  return home === null ? join(cwd, '.rma') : join(home, '.local/state/rma', project);
}

function findHubToken(explicit: string | null, sources: ConfigSources, reader: SettingReader): HubToken {
  const { env, cwd, hfAuthFile } = sources;
  const { key } = SETTINGS.hubTokenFile;
  if (explicit !== null) return { kind: 'file', path: explicit };
  const variable = HUB_TOKEN_VARIABLES.find((name) => (env[name] ?? '').trim() !== '');
  if (variable !== undefined) {
    reader.setOrigin(key, { from: 'env', name: variable });
    return { kind: 'env', name: variable };
  }
  const named = env['HF_TOKEN_PATH'];
  if (named) {
    reader.setOrigin(key, { from: 'env', name: 'HF_TOKEN_PATH' });
    return { kind: 'file', path: isAbsolute(named) ? named : join(cwd, named) };
  }
  if (hfAuthFile === null) return { kind: 'none' };
  reader.setOrigin(key, { from: 'hf-auth' });
  return { kind: 'file', path: hfAuthFile };
}

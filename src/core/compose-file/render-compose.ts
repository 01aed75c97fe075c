import { canonicalJson } from '../canonical-json.ts';
import { dockerVolume } from '../docker/volume-of.ts';
import type { DesiredDirectory, DesiredService, DesiredVolume, Stack } from '../domain/desired-state.ts';
import type { Fleet, ServiceSpec, VolumeSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import { LABEL } from '../labels.ts';
import { composeLabels, composeService, extraVolumeKey } from './compose-service.ts';
import type { ComposeMapping } from './compose-value.ts';
import { type FileOrigin, writeYaml } from './write-yaml.ts';

/** Returns the Compose file of a fleet with the services and volumes it declares. The same fleet gives the same bytes. */
export function renderCompose(fleet: Fleet, origin: FileOrigin): Stack {
  const { project, volumes } = fleet;
  const services = fleet.services.map((spec) => renderService(spec, fleet));
  const tree: ComposeMapping = {
    name: project,
    services: Object.fromEntries(
      services.map(({ spec, definition, labels, configHash }) => {
        return [spec.name, { ...definition, labels: { ...labels, [LABEL.configHash]: configHash } }];
      }),
    ),
    networks: { default: { labels: { [LABEL.project]: project } } },
    ...section('volumes', {
      ...volumeDeclarations(volumes),
      ...externalVolumes(fleet.services),
      ...groupVolumes(fleet),
    }),
    ...section('configs', inlineConfigs(fleet.services)),
    ...section('secrets', secretFiles(fleet.services)),
  };
  const pulled = fleet.services.filter(({ image }) => image.origin === 'pulled');
  const builds = new Map(
    fleet.services.flatMap(({ image: { reference, buildContext } }) =>
      buildContext === undefined ? [] : [[reference, buildContext] as const],
    ),
  );
  return {
    text: writeYaml(tree, fleet, origin),
    services: services.map(desiredService),
    volumes: desiredVolumes(fleet),
    directories: desiredDirectories(fleet),
    ...(builds.size > 0 && { builds }),
    engineImages: [...new Set(pulled.map(({ image }) => image.reference))].sort(),
  };
}

interface RenderedService {
  readonly spec: ServiceSpec;
  readonly definition: ComposeMapping;
  readonly labels: Readonly<Record<string, string>>;
  readonly configHash: string;
}

/**
 * The hash covers the definition and the inline config, so a newly pinned model recreates its worker. It leaves out the
 * variant: the same services under another variant's name change nothing.
 */
function renderService(spec: ServiceSpec, { project, volumes }: Fleet): RenderedService {
  const definition = composeService(spec, volumes);
  const labels = composeLabels(spec, project);
  const { [LABEL.variant]: _, ...hashed } = labels;
  const configContent = spec.configFile?.content ?? null;
  const configHash = sha256Hex(canonicalJson({ definition, labels: hashed, configContent })).slice(0, 16);
  return { spec, definition, labels, configHash };
}

function desiredService({ spec, configHash }: RenderedService): DesiredService {
  const { name, role, profile, image, secrets, models, engines, gpus, ports } = spec;
  return {
    name,
    role,
    profile: profile?.name ?? null,
    image: image.reference,
    configHash,
    secrets,
    models: role === 'worker' ? models : [],
    engines,
    gpus: gpus?.devices ?? [],
    port: ports.find(({ internal }) => !internal)?.published.port ?? null,
  };
}

/**
 * Without labels: Compose offers to delete a volume whose declaration changed. A plain volume has nothing but its name, one
 * with options has their hash in it.
 */
function volumeDeclarations(volumes: readonly VolumeSpec[]): ComposeMapping {
  return Object.fromEntries(
    volumes.flatMap(({ role, source }) => {
      const volume = dockerVolume(role, source);
      if (volume.type === 'host') return [];
      const { name, options } = volume;
      const driver = Object.keys(options).length > 0 ? { driver: 'local', driver_opts: options } : {};
      return [[role, { name, ...driver }]];
    }),
  );
}

/** Volumes of the user: Compose neither creates nor removes them. */
function externalVolumes(services: readonly ServiceSpec[]): ComposeMapping {
  const names = services.flatMap(({ extraMounts = [] }) =>
    extraMounts.flatMap(({ source }) => (source.type === 'named' ? [source.name] : [])),
  );
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => [extraVolumeKey(name), { name, external: true }]),
  );
}

/** In memory, so that a group starts anew after a reboot. Compose creates them: they have no content to keep. */
function groupVolumes({ project, services }: Fleet): ComposeMapping {
  const keys = services.flatMap(({ group }) => group?.volume ?? []);
  const options = { type: 'tmpfs', device: 'tmpfs', o: 'mode=0777,size=1m' };
  return Object.fromEntries(
    [...new Set(keys)].map((key) => [
      key,
      { name: `${project}_${key}`, driver: 'local', driver_opts: options },
    ]),
  );
}

/** Volumes that rma creates, with the labels that Compose gives its own. */
function desiredVolumes({ project, volumes }: Fleet): DesiredVolume[] {
  return volumes.flatMap(({ role, source }) => {
    const volume = dockerVolume(role, source);
    if (volume.type === 'host') return [];
    const labels = {
      [LABEL.project]: project,
      'com.docker.compose.project': project,
      'com.docker.compose.volume': role,
    };
    return [{ holds: role, name: volume.name, options: volume.options, labels }];
  });
}

/** Directories of the host that the services mount. */
function desiredDirectories({ volumes }: Fleet): DesiredDirectory[] {
  return volumes.flatMap(({ role, source }) => {
    const volume = dockerVolume(role, source);
    return volume.type === 'host' ? [{ holds: role, path: volume.path }] : [];
  });
}

function inlineConfigs(services: readonly ServiceSpec[]): ComposeMapping {
  return Object.fromEntries(
    services.flatMap(({ name, configFile }) =>
      configFile === null ? [] : [[name, { content: configFile.content }]],
    ),
  );
}

/** Copies in the state directory, relative to the Compose file. */
function secretFiles(services: readonly ServiceSpec[]): ComposeMapping {
  const names = [...new Set(services.flatMap(({ secrets }) => secrets))].sort();
  return Object.fromEntries(names.map((name) => [name, { file: `./secrets/${name}` }]));
}

function section(key: string, content: ComposeMapping): ComposeMapping {
  return Object.keys(content).length === 0 ? {} : { [key]: content };
}

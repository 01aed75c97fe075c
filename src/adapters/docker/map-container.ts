import type { ContainerFacts, ContainerSummary, PublishedPort } from '../../core/domain/container.ts';
import { LABEL } from '../../core/labels.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import type { ContainerDetails, ContainerEntry } from './engine-answers.ts';

const NEVER = '0001-01-01T00:00:00Z';

type Labels = Readonly<Record<string, string>>;

/** Returns rma's view of an entry of the engine's container list. */
export function containerSummary({ Id, Names, State, Labels, Ports }: ContainerEntry): ContainerSummary {
  return {
    id: Id,
    name: (Names?.[0] ?? '').replace(/^\//, ''),
    state: State,
    published: [...new Set((Ports ?? []).flatMap(({ PublicPort }) => PublicPort ?? []))],
    ...labelFacts(Labels ?? {}),
  };
}

/** Returns rma's view of an inspected container. */
export function containerFacts(details: ContainerDetails): ContainerFacts {
  const state = details.State;
  return {
    id: details.Id,
    name: details.Name.replace(/^\//, ''),
    image: details.Config.Image,
    imageId: details.Image,
    state: state.Status,
    health: state.Health?.Status ?? 'none',
    exitCode: state.Running ? null : state.ExitCode,
    restarts: details.RestartCount,
    startError: state.Error || null,
    startedAt: state.StartedAt === NEVER ? null : Date.parse(state.StartedAt),
    ports: publishedPorts(details),
    published: state.Running ? publishedPorts(details).map(({ hostPort }) => hostPort) : [],
    lostNetwork: lostNetwork(details),
    nextNetwork: state.Running ? null : nextNetwork(details),
    store: mountedStore(details),
    ...labelFacts(details.Config.Labels ?? {}),
  };
}

function labelFacts(labels: Labels): Omit<ContainerSummary, 'id' | 'name' | 'state' | 'published'> {
  return {
    project: labels[LABEL.project] ?? '',
    service: labels[LABEL.service] ?? '',
    profile: labels[LABEL.profile] ?? null,
    configHash: labels[LABEL.configHash] ?? null,
    models: words(labels[LABEL.models]),
    engines: labels[LABEL.engines] === undefined ? null : words(labels[LABEL.engines]),
    gpus: words(labels[LABEL.gpus]),
    gpuBytes: bytes(labels[LABEL.memory]),
    ramBytes: bytes(labels[LABEL.ram]) ?? 0,
    gpuExclusive: labels[LABEL.exclusive] === 'true',
    variant: labels[LABEL.variant] ?? null,
    composeFile: labels['com.docker.compose.project.config_files'] ?? null,
  };
}

function words(label: string | undefined): readonly string[] {
  return (label ?? '').split(' ').filter((word) => word !== '');
}

function bytes(label: string | undefined): number | null {
  return label !== undefined && /^\d{1,15}$/.test(label) ? Number(label) : null;
}

function mountedStore({ Mounts }: ContainerDetails): string | null {
  const mount = Mounts?.find(({ Destination }) => Destination === STORE_MOUNT);
  if (mount === undefined) return null;
  return mount.Type === 'volume' ? `named:${mount.Name ?? ''}` : `host:${mount.Source ?? ''}`;
}

/** Docker's own network modes; every other name is a network of the user, such as that of a Compose project. */
const BUILT_IN_NETWORK = /^(?:|default|bridge|host|none|container:.*)$/;

/** `docker network disconnect` takes a network off the settings, and leaves the mode that the container was created with. */
function lostNetwork({ HostConfig, NetworkSettings }: ContainerDetails): string | null {
  const created = HostConfig.NetworkMode ?? '';
  const connected = NetworkSettings?.Networks;
  if (BUILT_IN_NETWORK.test(created) || connected === undefined || connected === null) return null;
  return Object.hasOwn(connected, created) ? null : created;
}

/** A stopped container keeps the ID of its network, which may have been deleted since. */
function nextNetwork({ HostConfig, NetworkSettings }: ContainerDetails): ContainerFacts['nextNetwork'] {
  const name = HostConfig.NetworkMode ?? '';
  if (BUILT_IN_NETWORK.test(name)) return null;
  const id = NetworkSettings?.Networks?.[name]?.NetworkID ?? '';
  return id === '' ? null : { id, name };
}

/** Reads the host configuration, which lists the ports of a stopped container too. */
function publishedPorts({ HostConfig }: ContainerDetails): readonly PublishedPort[] {
  return Object.entries(HostConfig.PortBindings ?? {}).flatMap(([container, hosts]) =>
    (hosts ?? []).map(({ HostIp, HostPort }) => ({
      address: HostIp || '0.0.0.0',
      hostPort: Number(HostPort),
      containerPort: Number.parseInt(container, 10),
    })),
  );
}

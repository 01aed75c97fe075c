import type { ContainerInspectInfo } from 'dockerode';
import { LABEL } from '../../core/labels.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import type { ContainerFacts, PublishedPort } from '../../ports/container-engine.ts';

const NEVER = '0001-01-01T00:00:00Z';

/** Our view of a container, from the engine's. */
export function containerFacts(details: ContainerInspectInfo): ContainerFacts {
  const labels = details.Config.Labels ?? {};
  const state = details.State;
  return {
    id: details.Id,
    name: details.Name.replace(/^\//, ''),
    service: labels[LABEL.service] ?? '',
    profile: labels[LABEL.profile] ?? null,
    project: labels[LABEL.project] ?? '',
    image: details.Config.Image,
    state: state.Status as ContainerFacts['state'],
    health: (state.Health?.Status as ContainerFacts['health'] | undefined) ?? 'none',
    exitCode: state.Running ? null : state.ExitCode,
    restarts: details.RestartCount,
    startedAt: state.StartedAt === NEVER ? null : state.StartedAt,
    configHash: labels[LABEL.configHash] ?? null,
    models: words(labels[LABEL.models]),
    engines: labels[LABEL.engines] === undefined ? null : words(labels[LABEL.engines]),
    gpus: words(labels[LABEL.gpus]),
    gpuBytes: bytes(labels[LABEL.memory]),
    variant: labels[LABEL.variant] ?? null,
    ports: publishedPorts(details),
    store: mountedStore(details),
    composeFile: labels['com.docker.compose.project.config_files'] ?? null,
  };
}

function words(label: string | undefined): readonly string[] {
  return (label ?? '').split(' ').filter((word) => word !== '');
}

function bytes(label: string | undefined): number | null {
  return label !== undefined && /^\d{1,15}$/.test(label) ? Number(label) : null;
}

function mountedStore({ Mounts }: ContainerInspectInfo): string | null {
  const mount = Mounts.find(({ Destination }) => Destination === STORE_MOUNT);
  if (mount === undefined) return null;
  return mount.Type === 'volume' ? `named:${mount.Name ?? ''}` : `host:${mount.Source}`;
}

/** From the host configuration: it is there also while the container is stopped. */
function publishedPorts(details: ContainerInspectInfo): readonly PublishedPort[] {
  const bindings = (details.HostConfig.PortBindings ?? {}) as Record<
    string,
    { HostIp: string; HostPort: string }[]
  >;
  return Object.entries(bindings).flatMap(([container, hosts]) =>
    hosts.map(({ HostIp, HostPort }) => ({
      address: HostIp || '0.0.0.0',
      hostPort: Number(HostPort),
      containerPort: Number.parseInt(container, 10),
    })),
  );
}

import { canonicalJson } from '../canonical-json.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { COORDINATOR_PORT, COORDINATOR_SERVICE, HEARTBEAT_SECONDS } from '../domain/registration.ts';
import {
  CA_SECRET,
  COORDINATOR_CA_SECRET,
  PEER_TOKEN_SECRET,
  PROXY_SECRET,
  secretPath,
  workerTokenSecret,
} from '../domain/secret-names.ts';
import type { SelectedProfile, SelectedService } from '../domain/selection.ts';
import {
  type EngineTarget,
  type ServedModel,
  type TargetModel,
  WORKER_CONFIG_PATH,
  type WorkerConfig,
  type WorkerGroup,
} from '../domain/worker-config.ts';
import { weightFiles } from '../estimate/weight-files.ts';
import { weightsDigest } from '../estimate/weights-digest.ts';
import { fromContainer } from '../host-address.ts';
import { publishedAddress } from '../hosts/published-address.ts';
import { bracketed } from '../network/listen-address.ts';
import { listed } from '../placement/device-name.ts';
import { TOKEN_SECRETS } from '../source/sources.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { workerId } from '../worker-id.ts';
import { coordinatorScheme, endpointOf, type FleetInput, pinnedModel } from './fleet-input.ts';
import { type GroupPart, groupPart, groupSpec } from './group-part.ts';
import { enginePort, isOnHost } from './placeholders.ts';
import { type ProbeSpec, type ResourceSpec, SERVICE_DEFAULTS, type ServiceSpec } from './service-spec.ts';
import { type ContainerEnvironment, workerEnvironment } from './worker-environment.ts';

/** Time to shut down after the drain. */
const STOP_MARGIN_SECONDS = 15;
const WEEK_SECONDS = 7 * 24 * 3600;

/** The start period is longer than any download: a worker that is still downloading is not unhealthy. */
const PROBE: ProbeSpec = {
  exec: { command: ['rma-worker', 'health'] },
  http: null,
  intervalSeconds: 10,
  timeoutSeconds: 5,
  retries: 3,
  startPeriodSeconds: WEEK_SECONDS,
  startIntervalSeconds: 2,
};

/** The downloader uses about 120 MiB; the rest is for dirty pages of the page cache. */
const RESOURCES: ResourceSpec = {
  ...SERVICE_DEFAULTS.resources,
  memoryLimitBytes: 512 * 2 ** 20,
  maxProcesses: 256,
};

/**
 * Returns the spec of a profile's worker. Its root stays writable: Compose rejects inline configs in a read-only container.
 * @throws RmaError RMA_CONFIG_SECRET_IN_URL (2)
 */
export function workerSpec(input: FleetInput, profile: SelectedProfile): ServiceSpec {
  const { config, owner, secrets } = input;
  const mounted = [
    ...TOKEN_SECRETS,
    PROXY_SECRET,
    CA_SECRET,
    PEER_TOKEN_SECRET,
    COORDINATOR_CA_SECRET,
    workerTokenSecret(profile.name),
  ];
  const { variables, hostAlias } = environmentOf(input, profile);
  const workerConfig = workerConfigOf(input, profile);
  const { group } = workerConfig;
  return {
    ...SERVICE_DEFAULTS,
    name: profile.worker,
    role: 'worker',
    profile: { name: profile.name, variant: profile.variant },
    comment: [
      `Worker of profile ${profile.name}: downloads and verifies its models, then registers once its engines respond. Healthy when all models are present.`,
      ...(group === undefined ? [] : [groupComment(group)]),
    ].join('\n'),
    image: { reference: input.workerImage, origin: 'built' },
    arguments: ['rma-worker', 'run'],
    environment: variables,
    hostAlias,
    security: { ...SERVICE_DEFAULTS.security, user: owner },
    mounts: [{ volume: 'store', path: STORE_MOUNT, readOnly: false }],
    configFile: { path: WORKER_CONFIG_PATH, content: `${canonicalJson(workerConfig, 2)}\n` },
    secrets: mounted.filter((name) => secrets.has(name)),
    probe: PROBE,
    stopGraceSeconds: config.drainSeconds + STOP_MARGIN_SECONDS,
    resources: RESOURCES,
    models: workerConfig.models.map(({ ref }) => ref),
    engines: profile.services,
    ...(group !== undefined && { group: groupSpec(group.service, 'bridge') }),
  };
}

function groupComment({ hosts, rank, nodes }: WorkerGroup): string {
  const role = rank === 0 ? 'the head, which answers requests' : `rank ${rank} of ${nodes}`;
  return `Hosts ${listed(hosts)} run the model together; this one is ${role}.`;
}

function environmentOf(input: FleetInput, { name, refs }: SelectedProfile): ContainerEnvironment {
  const { config, environment, secrets, selection } = input;
  const token = workerTokenSecret(name);
  const { variables, hostAlias } = workerEnvironment({
    config,
    environment,
    models: refs.map((ref) => pinnedModel(input, ref)),
    secrets,
    addresses: { COORDINATOR_URL: coordinatorAddress(input) },
    internalHosts: [
      COORDINATOR_SERVICE,
      ...selection.services.map(({ service }) => service),
      ...(config.groups === undefined ? [] : [reachedAt(input)]),
    ],
  });
  return {
    variables: {
      ...variables,
      ...(secrets.has(token) ? { COORDINATOR_TOKEN_FILE: secretPath(token) } : {}),
      ...(secrets.has(COORDINATOR_CA_SECRET)
        ? { COORDINATOR_CA_FILE: secretPath(COORDINATOR_CA_SECRET) }
        : {}),
      ...(environment['LOG_FILE'] ? { LOG_FILE: environment['LOG_FILE'] } : {}),
    },
    hostAlias,
  };
}

function workerConfigOf(input: FleetInput, profile: SelectedProfile): WorkerConfig {
  const { config, host, selection } = input;
  const services = selection.services.filter(({ service }) => profile.services.includes(service));
  const programs = services
    .filter(({ engine }) => engine.port === null)
    .map(({ service, models }) => ({
      service,
      models: models.map(({ ref }) => pinnedModel(input, ref).ref),
    }));
  const [part = null] = services.map((selected) => groupPart(input, selected));
  const group = part === null ? null : workerGroup(input, profile, part);
  const isMember = part?.isHead === false;
  const isFedByHead = part?.loadsModel === false;
  return {
    schema: 'rma.worker-config/v1',
    worker: workerId(host, config.project, profile.name),
    host,
    project: config.project,
    profile: profile.name,
    models: isFedByHead ? [] : profile.refs.map((ref) => pinnedModel(input, ref)),
    engines: isMember ? [] : services.flatMap((service) => engineTarget(input, service) ?? []),
    ...(programs.length > 0 && { programs }),
    ...(group !== null && { group }),
    coordinator: { url: fromContainer(coordinatorAddress(input)).url },
    heartbeatSeconds: HEARTBEAT_SECONDS,
    drainSeconds: config.drainSeconds,
  };
}

/** Returns the part of a worker in its group, whose only service is this one. */
function workerGroup(
  { config: { project } }: FleetInput,
  { name, services }: SelectedProfile,
  { group: { rank, hosts }, span: { network, port }, isHead }: GroupPart,
): WorkerGroup {
  const [service = ''] = services;
  return {
    name: `${project}-${name}`,
    rank,
    nodes: hosts.length,
    service,
    hosts,
    listens: isHead || network === 'host' ? null : `${service}:${port}`,
  };
}

/** Returns what the worker probes and registers; null for a program without a port. */
function engineTarget(input: FleetInput, selected: SelectedService): EngineTarget | null {
  const { service, engine } = selected;
  const { port, healthPath, metricsPath: path, inFlightMetric: metric } = engine;
  if (port === null || healthPath === null) return null;
  return {
    service,
    engine: engine.name,
    url: isOnHost(input, selected)
      ? `http://${bracketed(reachedAt(input))}:${enginePort(input, selected)}`
      : `http://${service}:${port}`,
    endpoint: endpointOf(input, service).url,
    healthPath,
    modelsPath: engine.modelsPath,
    inFlight: path === null || metric === null ? null : { path, metric },
    loaded: loadedTarget(input, selected),
    // Receipts and the coordinator's list name models by their canonical reference.
    models: targetModels(input, selected),
  };
}

/** Returns the host name or address by which containers reach what listens in the network of this host. */
function reachedAt({ config: { bind, hosts }, host }: FleetInput): string {
  const address = hosts[host]?.address ?? null;
  return publishedAddress({ host, address, bind }) ?? bind;
}

function loadedTarget(input: FleetInput, selected: SelectedService): EngineTarget['loaded'] {
  const { service, engine, models, maxLoaded } = selected;
  if (engine.loadedPath === null) return null;
  const onGpu = (input.placement.get(service)?.devices ?? []).length > 0;
  const together = (maxLoaded ?? models.length) >= models.length;
  return { path: engine.loadedPath, on: onGpu ? 'gpu' : 'cpu', together };
}

/** Returns the models of an engine; those that it loads on demand from large to small, as their memory is reserved. */
function targetModels(input: FleetInput, { engine, models }: SelectedService): readonly TargetModel[] {
  const pinned = models.map((model) => ({ model, pinned: pinnedModel(input, model.ref) }));
  const ordered =
    engine.loadedPath === null
      ? pinned
      : pinned.toSorted((a, b) => weightFiles(b.pinned).bytes - weightFiles(a.pinned).bytes);
  return ordered.map((each) => targetModel(each.model, each.pinned));
}

function targetModel({ name, kind }: ServedModel, pinned: PinnedModel): TargetModel {
  const weights = weightsDigest(pinned);
  return { name, kind, ref: pinned.ref, ...(weights === null ? {} : { weights }) };
}

/** The coordinator's address as the host writes it. */
function coordinatorAddress(input: FleetInput): string {
  const own = `${coordinatorScheme(input)}://${COORDINATOR_SERVICE}:${COORDINATOR_PORT}`;
  return input.config.coordinator.url ?? own;
}

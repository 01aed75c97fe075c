import { parse } from 'yaml';
import type { ContainerFacts, PublishedPort } from '../../../src/core/domain/container.ts';
import { STORE_MOUNT } from '../../../src/core/store/layout.ts';
import { containerOf } from './container-of.ts';

/** The parts of a Compose file that the fake engine understands. */
interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes?: Readonly<Record<string, { readonly name?: string; readonly external?: boolean } | null>>;
}

interface ComposeService {
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly healthcheck?: unknown;
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
}

export interface ComposeStack {
  /** service → its container, before it starts */
  readonly services: ReadonlyMap<string, Omit<ContainerFacts, 'id'>>;
  /** names of the volumes that Compose creates */
  readonly volumes: readonly string[];
}

/** Parsing is slow, and simulations read the same files many times. */
const KNOWN = new Map<string, ComposeStack>();

/** Reads a generated Compose file as `docker compose` does. */
export function composeStack(project: string, text: string): ComposeStack {
  const key = `${project}\n${text}`;
  const stack = KNOWN.get(key) ?? readStack(project, text);
  KNOWN.set(key, stack);
  return stack;
}

function readStack(project: string, text: string): ComposeStack {
  const file: ComposeFile = parse(text);
  const services = Object.entries(file.services).map(
    ([name, service]) => [name, containerFrom({ project, name, service, file })] as const,
  );
  const volumes = Object.entries(file.volumes ?? {})
    .filter(([, volume]) => volume?.external !== true)
    .map(([key, volume]) => volume?.name ?? `${project}_${key}`);
  return { services: new Map(services), volumes };
}

interface ServiceInFile {
  readonly project: string;
  readonly name: string;
  readonly service: ComposeService;
  readonly file: ComposeFile;
}

function containerFrom({ project, name, service, file }: ServiceInFile): Omit<ContainerFacts, 'id'> {
  const labels = service.labels ?? {};
  const words = (key: string) => (labels[key] ?? '').split(' ').filter((word) => word !== '');
  return containerOf({
    name: `${project}-${name}-1`,
    project,
    service: name,
    profile: labels['rma.profile'] ?? null,
    image: service.image,
    state: 'created',
    health: service.healthcheck === undefined ? 'none' : 'healthy',
    configHash: labels['rma.config-hash'] ?? null,
    models: words('rma.models'),
    engines: labels['rma.engines'] === undefined ? null : words('rma.engines'),
    gpus: words('rma.gpus'),
    gpuBytes: labels['rma.memory'] === undefined ? null : Number(labels['rma.memory']),
    ramBytes: Number(labels['rma.ram'] ?? 0),
    gpuExclusive: labels['rma.exclusive'] === 'true',
    variant: labels['rma.variant'] ?? null,
    ports: (service.ports ?? []).map(publishedPort),
    store: storeOf(service, file),
  });
}

/** Reads the form that rma writes: `ADDRESS:HOST:CONTAINER`. */
function publishedPort(text: string): PublishedPort {
  const [, address = '', host, container] = /^(.*):(\d+):(\d+)$/.exec(text) ?? [];
  return { address, hostPort: Number(host), containerPort: Number(container) };
}

function storeOf({ volumes = [] }: ComposeService, file: ComposeFile): string | null {
  const mount = volumes.find(({ target }) => target === STORE_MOUNT);
  if (mount === undefined) return null;
  return mount.type === 'bind'
    ? `host:${mount.source}`
    : `named:${file.volumes?.[mount.source]?.name ?? mount.source}`;
}

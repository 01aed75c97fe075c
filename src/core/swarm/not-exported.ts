import type { RmaConfig } from '../domain/config.ts';
import type { NotExported } from '../domain/not-exported.ts';
import { gpusNotExported, portsNotExported } from '../fleet/machine-settings.ts';
import type { Fleet } from '../fleet/service-spec.ts';
import { HOST_FROM_CONTAINER } from '../host-address.ts';

interface ExportedStack {
  readonly config: RmaConfig;
  readonly fleet: Fleet;
  /** profiles whose files name GPUs, or request all of a machine */
  readonly namedGpus: readonly string[];
}

const OF_EVERY_STACK: readonly NotExported[] = [
  {
    what: 'start order',
    instead: 'services start in any order; engines restart until their models are in the store',
  },
  {
    what: 'no-new-privileges',
    instead: 'set "no-new-privileges": true in the daemon.json of the nodes',
  },
];

/** Returns what a stack cannot express: first what concerns every project, then the settings in their order. */
export function notInStack(project: ExportedStack): readonly NotExported[] {
  return [
    ...OF_EVERY_STACK,
    ...ofImages(project),
    ...ofPorts(project),
    ...ofGpus(project),
    ...ofAddresses(project),
    ...ofKubernetes(project),
  ];
}

function ofImages({ fleet }: ExportedStack): readonly NotExported[] {
  const built = fleet.services.filter(({ image }) => image.buildContext !== undefined);
  return built.map(({ name, image }) => ({
    what: `image of ${name} (${image.reference}, built here)`,
    instead: 'push it to a registry, and set images.engines to its name there',
  }));
}

function ofPorts({ config }: ExportedStack): readonly NotExported[] {
  const instead =
    'services are reached in the network of the stack; to publish a port, on all addresses of all nodes, add `ports` in another file';
  return portsNotExported(config, instead);
}

function ofGpus({ config, namedGpus }: ExportedStack): readonly NotExported[] {
  const assigned = 'Swarm assigns the GPUs that nodes advertise';
  return gpusNotExported(config, { namedGpus, assigned, visible: assigned });
}

function ofAddresses({ fleet }: ExportedStack): readonly NotExported[] {
  const variables = fleet.services.flatMap(({ environment }) => Object.entries(environment));
  const onHost = variables.filter(([, value]) => value.includes(HOST_FROM_CONTAINER));
  const names = [...new Set(onHost.map(([name]) => name))].sort();
  if (names.length === 0) return [];
  return [
    {
      what: `${names.join(', ')}: an address of this machine, which the nodes cannot reach`,
      instead: 'set an address that the nodes can reach',
    },
  ];
}

/** Settings for clusters that a stack does not use. */
function ofKubernetes({ config: { kubernetes } }: ExportedStack): readonly NotExported[] {
  const replicas = Object.keys(kubernetes.replicas);
  if (replicas.length === 0) return [];
  return [
    {
      what: `kubernetes.replicas of ${replicas.join(', ')}`,
      instead: 'set replicas of services in rma.yaml',
    },
  ];
}

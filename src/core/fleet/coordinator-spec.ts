import { COORDINATOR_PORT, COORDINATOR_SERVICE } from '../domain/registration.ts';
import { COORDINATOR_KEY_SECRET, secretPath } from '../domain/secret-names.ts';
import { isLoopback } from '../host-address.ts';
import { endpointOf, type FleetInput } from './fleet-input.ts';
import { SERVICE_DEFAULTS, type ServiceSpec } from './service-spec.ts';

const HEALTH = '/healthz';
/** rma's image has no HTTP client but Node's. */
const PROBE = `fetch('http://127.0.0.1:${COORDINATOR_PORT}${HEALTH}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/** Returns the spec of the coordinator. Reading it needs a token unless it is published on loopback only. */
export function coordinatorSpec(input: FleetInput): ServiceSpec {
  const { address, port, url } = endpointOf(input, COORDINATOR_SERVICE);
  return {
    ...SERVICE_DEFAULTS,
    name: COORDINATOR_SERVICE,
    role: 'coordinator',
    profile: null,
    comment: `Workers register here. Available models: ${url}/v1/models`,
    image: { reference: input.workerImage, origin: 'built' },
    arguments: ['rma-coordinator'],
    environment: {
      RMA_COORDINATOR_KEY_FILE: secretPath(COORDINATOR_KEY_SECRET),
      RMA_COORDINATOR_READERS: isLoopback(address) ? 'open' : 'token',
    },
    security: { ...SERVICE_DEFAULTS.security, readOnlyRoot: true },
    secrets: [COORDINATOR_KEY_SECRET].filter((name) => input.secrets.has(name)),
    ports: [{ container: COORDINATOR_PORT, published: { address, port } }],
    probe: {
      exec: { command: ['node', '-e', PROBE] },
      http: { path: HEALTH, port: COORDINATOR_PORT },
      intervalSeconds: 10,
      timeoutSeconds: 5,
      retries: 3,
      startPeriodSeconds: 30,
      startIntervalSeconds: 1,
    },
    stopGraceSeconds: 5,
    resources: { ...SERVICE_DEFAULTS.resources, memoryLimitBytes: 256 * 2 ** 20, maxProcesses: 256 },
  };
}

import { COORDINATOR_PORT, COORDINATOR_SERVICE } from '../domain/registration.ts';
import {
  COORDINATOR_CA_SECRET,
  COORDINATOR_CERTIFICATE_KEY_SECRET,
  COORDINATOR_CERTIFICATE_SECRET,
  COORDINATOR_KEY_SECRET,
  secretPath,
} from '../domain/secret-names.ts';
import { isLoopback } from '../host-address.ts';
import { coordinatorScheme, endpointOf, type FleetInput } from './fleet-input.ts';
import { SERVICE_DEFAULTS, type ServiceSpec } from './service-spec.ts';

const HEALTH = '/healthz';
const TLS_SECRETS = [
  COORDINATOR_CA_SECRET,
  COORDINATOR_CERTIFICATE_SECRET,
  COORDINATOR_CERTIFICATE_KEY_SECRET,
];
const TLS_COMMENT = `To verify its certificate: curl --cacert secrets/${COORDINATOR_CA_SECRET}`;
const TLS_ENVIRONMENT = {
  RMA_COORDINATOR_CERTIFICATE_FILE: secretPath(COORDINATOR_CERTIFICATE_SECRET),
  RMA_COORDINATOR_CERTIFICATE_KEY_FILE: secretPath(COORDINATOR_CERTIFICATE_KEY_SECRET),
  // for the probe: the coordinator itself connects to nothing
  NODE_EXTRA_CA_CERTS: secretPath(COORDINATOR_CA_SECRET),
};

/**
 * Returns the spec of the coordinator. Reading it needs a token unless it is published on loopback only. With a certificate
 * it uses TLS.
 */
export function coordinatorSpec(input: FleetInput): ServiceSpec {
  const { address, port, url } = endpointOf(input, COORDINATOR_SERVICE);
  const scheme = coordinatorScheme(input);
  const mounted = [COORDINATOR_KEY_SECRET, ...(scheme === 'https' ? TLS_SECRETS : [])];
  return {
    ...SERVICE_DEFAULTS,
    name: COORDINATOR_SERVICE,
    role: 'coordinator',
    profile: null,
    comment: [
      `Workers register here. Available models: ${url}/v1/models`,
      ...(scheme === 'https' ? [TLS_COMMENT] : []),
    ].join('\n'),
    image: { reference: input.workerImage, origin: 'built' },
    arguments: ['rma-coordinator'],
    environment: {
      RMA_COORDINATOR_KEY_FILE: secretPath(COORDINATOR_KEY_SECRET),
      RMA_COORDINATOR_READERS: isLoopback(address) ? 'open' : 'token',
      ...(scheme === 'https' ? TLS_ENVIRONMENT : {}),
    },
    security: { ...SERVICE_DEFAULTS.security, readOnlyRoot: true },
    secrets: mounted.filter((name) => input.secrets.has(name)),
    ports: [{ container: COORDINATOR_PORT, published: { address, port } }],
    probe: {
      exec: { command: ['node', '-e', probe(scheme)] },
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

/** rma's image has no HTTP client but Node's. */
function probe(scheme: 'http' | 'https'): string {
  return `fetch('${scheme}://127.0.0.1:${COORDINATOR_PORT}${HEALTH}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
}

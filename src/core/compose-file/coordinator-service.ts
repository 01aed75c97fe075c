import { COORDINATOR_PORT } from '../domain/registration.ts';
import { COORDINATOR_KEY_SECRET } from '../domain/secret-names.ts';
import { isLoopback } from '../host-address.ts';
import {
  COMMON_KEYS,
  hostPort,
  NO_GPU,
  publishedPort,
  publishedUrl,
  serviceLabels,
  sorted,
} from './common-keys.ts';
import type { RenderInput } from './render-input.ts';
import type { ServiceDraft } from './service-draft.ts';
import { secretPath } from './worker-environment.ts';

const SERVICE = 'coordinator';
/** Our image has Node and nothing else to ask with. */
const PROBE = `fetch('http://127.0.0.1:${COORDINATOR_PORT}/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/** The coordinator: knows which workers are ready, and what they serve. */
export function coordinatorService(input: RenderInput): ServiceDraft {
  const { workerImage: image, config, secrets } = input;
  const used = [COORDINATOR_KEY_SECRET].filter((name) => secrets.has(name));
  const { bind } = config;
  const readers = isLoopback(bind.includes(':') ? `[${bind}]` : bind) ? 'open' : 'token';
  const environment = {
    ...NO_GPU,
    RMA_COORDINATOR_KEY_FILE: secretPath(COORDINATOR_KEY_SECRET),
    RMA_COORDINATOR_READERS: readers,
  };
  return {
    name: SERVICE,
    role: 'coordinator',
    profile: null,
    image,
    secrets: used,
    models: [],
    port: hostPort(input, SERVICE),
    comment: `Where workers register. Lists the models that answer now: ${publishedUrl(input, SERVICE)}/v1/models`,
    labels: serviceLabels(input, SERVICE, null, []),
    configContent: null,
    definition: {
      image,
      pull_policy: 'never',
      command: ['rma-coordinator'],
      ...COMMON_KEYS,
      read_only: true,
      environment: sorted(environment),
      ...(used.length === 0 ? {} : { secrets: used }),
      ports: [publishedPort(input, SERVICE, COORDINATOR_PORT)],
      healthcheck: {
        test: ['CMD', 'node', '-e', PROBE],
        interval: '10s',
        timeout: '5s',
        retries: 3,
        start_period: '30s',
        start_interval: '1s',
      },
      stop_grace_period: '5s',
      deploy: { resources: { limits: { memory: '256m', pids: 256 } } },
    },
  };
}

import { canonicalJson } from '../canonical-json.ts';
import { HUB_TOKEN_SECRET, MS_TOKEN_SECRET, workerTokenSecret } from '../domain/secret-names.ts';
import type { SelectedProfile } from '../domain/selection.ts';
import { WORKER_CONFIG_PATH } from '../domain/worker-config.ts';
import { LABEL } from '../labels.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { buildWorkerConfig } from './build-worker-config.ts';
import { COMMON_KEYS, serviceLabels } from './common-keys.ts';
import type { RenderInput } from './render-input.ts';
import type { ComposeMapping, ServiceDraft } from './service-draft.ts';
import { volumeMount } from './volumes.ts';
import { workerEnvironment } from './worker-environment.ts';

/** Seconds that the worker has, beyond the drain, to end cleanly. */
const STOP_MARGIN = 15;

/** The start period outlasts any download: a worker that is still fetching is not unhealthy. */
const HEALTH_CHECK: ComposeMapping = {
  test: ['CMD', 'rma-worker', 'health'],
  interval: '10s',
  timeout: '5s',
  retries: 3,
  start_period: '168h',
  start_interval: '2s',
};

/** The downloader stays near 120 MiB; the rest is room for pages that are not on the disk yet. */
const LIMITS: ComposeMapping = { resources: { limits: { memory: '512m', pids: 256 } } };

/** The worker of one profile. Its root is writable because Compose refuses inline configs in a read-only container. */
export function workerService(input: RenderInput, profile: SelectedProfile): ServiceDraft {
  const { config, owner, secrets, workerImage: image } = input;
  const name = profile.worker;
  const named = [HUB_TOKEN_SECRET, MS_TOKEN_SECRET, workerTokenSecret(profile.name)];
  const used = named.filter((secret) => secrets.has(secret));
  const { variables, extraHosts } = workerEnvironment(input, profile);
  const workerConfig = buildWorkerConfig(input, profile);
  const refs = workerConfig.models.map(({ ref }) => ref);
  return {
    name,
    role: 'worker',
    profile: profile.name,
    image,
    secrets: used,
    models: refs,
    port: null,
    comment: `Fetches and verifies the models of profile ${profile.name}, and registers it once its engines answer. Healthy: every model is there.`,
    labels: {
      ...serviceLabels(input, name, profile, refs),
      [LABEL.engines]: profile.services.join(' '),
    },
    configContent: `${canonicalJson(workerConfig, 2)}\n`,
    definition: {
      image,
      pull_policy: 'never',
      command: ['rma-worker', 'run'],
      user: `${owner.uid}:${owner.gid}`,
      ...COMMON_KEYS,
      environment: variables,
      ...(extraHosts.length === 0 ? {} : { extra_hosts: extraHosts }),
      configs: [{ source: name, target: WORKER_CONFIG_PATH }],
      ...(used.length === 0 ? {} : { secrets: used }),
      volumes: [volumeMount(config, 'store', STORE_MOUNT, false)],
      healthcheck: HEALTH_CHECK,
      stop_grace_period: `${config.drainSeconds + STOP_MARGIN}s`,
      deploy: LIMITS,
    },
  };
}

import { STORE_MOUNT } from '../store/layout.ts';
import type { ComposeService, Notice } from './compose-model.ts';
import type { ComposeValues } from './compose-values.ts';
import { CACHES } from './find-store.ts';
import { otherVariables } from './service-traps.ts';

/** Keys of services that are converted. */
const CONVERTED = [
  ...['image', 'build', 'entrypoint', 'command', 'environment', 'volumes', 'ports', 'deploy', 'gpus'],
  ...['mem_limit', 'mem_reservation', 'privileged', 'runtime'],
];

/** Keys that rma sets itself, or that have no effect on its services: names, order, restarts, probes, logs, shared memory. */
const REPLACED = [
  ...['container_name', 'hostname', 'restart', 'depends_on', 'healthcheck', 'logging', 'labels', 'expose'],
  ...['shm_size', 'ipc', 'ulimits', 'stop_grace_period', 'pull_policy', 'init', 'tty', 'stdin_open'],
  ...['profiles', 'annotations', 'platform', 'develop', 'attach'],
];

const REPLICAS = 'set replicas of services in rma.yaml; each one gets its own GPU';

const REASONS: Readonly<Record<string, string>> = {
  env_file:
    'its variables are not read; set those that the engine needs in environment of services in rma.yaml',
  extends:
    'the other service is not read; print the merged file with docker compose config --no-interpolate, and convert that',
  networks: 'rma creates a network of its own',
  network_mode: 'rma creates a network of its own',
  'deploy.replicas': REPLICAS,
  scale: REPLICAS,
  user: 'engines run as the user of their image, and only read the store',
};

/** The keys of each level that are converted or replaced. */
const KNOWN: readonly (readonly [level: readonly string[], keys: ReadonlySet<string>])[] = [
  [[], new Set([...CONVERTED, ...REPLACED])],
  [
    ['deploy'],
    new Set([
      ...['resources', 'restart_policy', 'update_config', 'rollback_config', 'labels', 'endpoint_mode'],
    ]),
  ],
  [['deploy', 'resources'], new Set(['limits', 'reservations'])],
  [['deploy', 'resources', 'limits'], new Set(['memory'])],
  [['deploy', 'resources', 'reservations'], new Set(['memory', 'devices'])],
];

/** Returns a notice for each key of a service that the conversion leaves out; keys that start with `x-` have no effect. */
export function unreadKeys(values: ComposeValues, name: string): readonly Notice[] {
  const unread = KNOWN.flatMap(([level, known]) => {
    const path = ['services', name, ...level];
    const keys = values.keys(path).filter((key) => !known.has(key) && !key.startsWith('x-'));
    return keys.map((key) => ({ key: [...level, key].join('.'), at: [...path, key] }));
  });
  return unread.map(({ key, at }) =>
    skipped(values.keyAt(at), `${key} of ${name}: ${REASONS[key] ?? 'rma has no such setting'}`),
  );
}

/** Returns a notice if a service extends another one, which may define its image. */
export function extended({ unread }: ComposeService): readonly Notice[] {
  return unread.filter(({ message }) => message.startsWith('extends '));
}

/** Returns a notice if a file includes others. */
export function includeNotices(values: ComposeValues): readonly Notice[] {
  if (values.value(['include']) === undefined) return [];
  const message = 'include: the services of these files are not read; name them with --from-compose too';
  return [skipped(values.keyAt(['include']), message)];
}

/** Returns a notice for each mount that is neither the store nor a cache of models. */
export function mountNotices({ name, mounts }: ComposeService): readonly Notice[] {
  const others = mounts.filter(({ value: { source, target } }) => {
    const path = target.replace(/\/$/, '');
    return source !== null && path !== STORE_MOUNT && !CACHES.test(path);
  });
  return others.map(({ value: { source, target }, where }) =>
    skipped(
      where,
      /docker\.sock$/.test(source ?? '')
        ? `${source} of ${name}: the Docker socket gives a container control of the host; rma does not mount it`
        : `${source}:${target} of ${name}: to mount it, add it to extra_volumes of a service in rma.yaml`,
    ),
  );
}

/** Returns a notice for each range of published ports. */
export function portNotices({ name, ports }: ComposeService): readonly Notice[] {
  const ranges = ports.filter(({ value }) => /(?:^|:)\d+-\d+:/.test(value));
  return ranges.map(({ value, where }) =>
    skipped(where, `ports ${value} of ${name}: rma publishes one port of a service; set ports in rma.yaml`),
  );
}

const SETTINGS: Readonly<Record<string, string>> = {
  MIN_GPU_MEMORY_GB: 'set gpu.min_memory in rma.yaml',
  ENABLE_GPU: 'set gpu.enable in rma.yaml',
  LOG_LEVEL: 'set it in the shell that runs rma up',
  LOG_FILE: 'set it in the shell that runs rma up',
};

/** Returns a notice for each variable of a worker: it runs as a profile, whose worker is the one of rma. */
export function workerVariables(service: ComposeService): readonly Notice[] {
  return [...otherVariables(service)].map(([name, { where }]) =>
    skipped(
      where,
      `${name} of ${service.name}: ${SETTINGS[name] ?? 'rma has no such setting; for a worker image of your own, see docs/engines.md'}`,
    ),
  );
}

function skipped(where: string, message: string): Notice {
  return { kind: 'skipped', where, message };
}

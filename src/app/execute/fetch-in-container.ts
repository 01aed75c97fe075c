import { hostGateway } from '../../core/docker/host-gateway.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { StoreNeeds } from '../../core/domain/fetch-request.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { secretPath } from '../../core/domain/secret-names.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { RmaError } from '../../core/errors.ts';
import { workerEnvironment } from '../../core/fleet/worker-environment.ts';
import { TOKEN_SECRETS } from '../../core/source/sources.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { networkSecrets } from '../desired/network-secrets.ts';
import { projectFiles } from '../observe/project-files.ts';
import { bindMount, type StoreAccess, storeContainer, storeMount } from '../observe/store-container.ts';

export interface FetchRequest {
  readonly config: RmaConfig;
  readonly access: StoreAccess;
  readonly models: readonly PinnedModel[];
  /** recorded in the store first */
  readonly needs?: StoreNeeds | null;
  /** what the container does with the network; default: it fetches the models */
  readonly task?: { readonly verb: 'repair'; readonly input: unknown };
}

/**
 * Fetches models into the store in a temporary worker container, independent of what runs, or does another task that needs
 * their hubs. Returns its last status, which carries the failure, if any.
 * @throws RmaError RMA_FETCH_FAILED (1) when it ended without a status
 */
export async function fetchInContainer(
  host: Pick<Host, 'docker' | 'files'>,
  invocation: Pick<Invocation, 'reporter' | 'signal' | 'environment' | 'certificates' | 'peerToken'>,
  { config, access, models, needs = null, task }: FetchRequest,
): Promise<WorkerStatus> {
  const mounted = new Set<string>();
  const mounts = [storeMount(access.volume)];
  for (const name of [...TOKEN_SECRETS, ...(await networkSecrets(invocation)).keys()]) {
    const secret = `${projectFiles(config).secrets}/${name}`;
    if ((await host.files.facts(secret)) === null) continue;
    mounted.add(name);
    mounts.push(`${bindMount(secret, secretPath(name))},readonly`);
  }
  const { variables, hostAlias } = workerEnvironment({
    config,
    environment: invocation.environment,
    models,
    secrets: mounted,
  });
  let last: WorkerStatus | null = null;
  const log: string[] = [];
  const outcome = await host.docker.oneOff({
    ...storeContainer(
      access,
      task?.verb ?? 'fetch',
      task?.input ?? { models, ...(needs !== null && { needs }) },
    ),
    mounts,
    env: config.network.offline ? { ...variables, RMA_OFFLINE: '1' } : variables,
    extraHosts: hostAlias === null ? [] : [hostGateway(hostAlias)],
    network: !config.network.offline || config.network.peers.length > 0,
    signal: invocation.signal,
    onStdout: (line) => {
      const status = readWorkerStatus(line);
      for (const progress of changed(status, last)) invocation.reporter.emit({ type: 'model', progress });
      last = status;
    },
    onStderr: (line) => log.push(line),
  });
  const ended = last as WorkerStatus | null;
  if (ended !== null && (outcome.exitCode === 0 || ended.failure !== null)) return ended;
  throw endedEarly(log);
}

/** Returns the progress of the models that differ from those of the status before. */
function changed({ models }: WorkerStatus, before: WorkerStatus | null): WorkerStatus['models'] {
  const known = new Set(before?.models.map((progress) => JSON.stringify(progress)));
  return models.filter((progress) => !known.has(JSON.stringify(progress)));
}

function endedEarly(log: readonly string[]): RmaError {
  const last = log.at(-1);
  return new RmaError(
    'RMA_FETCH_FAILED',
    `the download container exited early; ${last === undefined ? 'its log is empty' : `last log line: ${last}`}`,
    {
      hint: 'run the command again; downloaded data is kept',
      details: { log: log.slice(-5) },
    },
  );
}

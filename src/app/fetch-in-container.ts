import { RmaError } from '../core/errors.ts';
import { workerEnvironment } from '../core/compose-file/worker-environment.ts';
import type { RmaConfig } from '../core/model/config.ts';
import type { PinnedModel } from '../core/model/pinned-model.ts';
import { HUB_TOKEN_SECRET } from '../core/model/secret-names.ts';
import type { WorkerStatus } from '../core/model/worker-status.ts';
import type { Box } from '../ports/box.ts';
import { projectFiles } from './box-settings.ts';
import { type StoreAccess, storeContainer, storeMount } from './store-container.ts';

/**
 * Fetches models into the store by a throw-away worker container, beside whatever runs.
 * @throws RmaError as the container's last status tells it; RMA_FETCH_FAILED (1) when it told nothing
 */
export async function fetchInContainer(
  box: Box,
  config: RmaConfig,
  access: StoreAccess,
  models: readonly PinnedModel[],
): Promise<WorkerStatus> {
  const { env, extraHosts } = workerEnvironment(config, box.environment);
  const secret = `${projectFiles(config).secrets}/${HUB_TOKEN_SECRET}`;
  const hasToken = (await box.files.facts(secret)) !== null;
  const mounts = [storeMount(access.volume)];
  if (hasToken) mounts.push(`type=bind,source=${secret},target=/run/secrets/${HUB_TOKEN_SECRET},readonly`);
  let last: WorkerStatus | null = null;
  const log: string[] = [];
  const outcome = await box.cli.oneOff({
    ...storeContainer(access, 'fetch', models),
    mounts,
    env,
    extraHosts,
    network: true,
    signal: box.signal,
    onStdout: (line) => {
      last = JSON.parse(line) as WorkerStatus;
      box.reporter.emit({ type: 'worker', status: last });
    },
    onStderr: (line) => log.push(line),
  });
  if (outcome.exitCode === 0 && last !== null) return last;
  throw fetchFault(last, log);
}

function fetchFault(last: WorkerStatus | null, log: readonly string[]): RmaError {
  const failure = last?.failure;
  if (failure) {
    const { code, message, hint, exitCode } = failure;
    return new RmaError(code, message, { exitCode, ...(hint !== undefined && { hint }) });
  }
  return new RmaError('RMA_FETCH_FAILED', `the container that fetches ended early: ${log.at(-1) ?? 'it said nothing'}`, {
    hint: 'try again; what was fetched is kept',
    details: { log: log.slice(-5) },
  });
}

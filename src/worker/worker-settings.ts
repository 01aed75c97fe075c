import { readFileSync } from 'node:fs';
import { networkReason } from '../adapters/engine/http-request.ts';
import { WORKER_CONFIG_PATH, type WorkerConfig } from '../core/domain/worker-config.ts';
import { EXIT, RmaError } from '../core/errors.ts';
import { readWorkerConfig } from '../core/worker/read-worker-config.ts';
import { withOllamaUrl } from './engine-addresses.ts';

/**
 * Returns the configuration of this container with the addresses of its environment: /etc/rma/worker.json, or
 * RMA_WORKER_CONFIG.
 * @throws RmaError RMA_WORKER_CONFIG, RMA_COORDINATOR_URL, RMA_OLLAMA_URL exit 2
 */
export function workerSettings(env: NodeJS.ProcessEnv): WorkerConfig {
  const mounted = readConfigFile(env['RMA_WORKER_CONFIG'] || WORKER_CONFIG_PATH);
  return withOllamaUrl(withCoordinator(mounted, env), env);
}

/**
 * Returns how long an engine or the coordinator may take to respond, milliseconds: less than one heartbeat, or a hanging
 * engine would outlive its lease.
 */
export function responseDeadlineMs({ heartbeatSeconds }: WorkerConfig): number {
  return Math.min(3_000, heartbeatSeconds * 600);
}

/** Returns the configuration with COORDINATOR_URL, which overrides the file. */
function withCoordinator(config: WorkerConfig, env: NodeJS.ProcessEnv): WorkerConfig {
  const url = env['COORDINATOR_URL'];
  if (url === undefined || url === '') return config;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return { ...config, coordinator: { url } };
  throw new RmaError('RMA_COORDINATOR_URL', `invalid COORDINATOR_URL "${url}": not an http or https URL`, {
    exitCode: EXIT.usage,
    hint: 'use a URL such as http://coordinator:7700',
  });
}

/** Returns the configuration of a worker in a file. @throws RmaError RMA_WORKER_CONFIG exit 2 */
export function readConfigFile(file: string): WorkerConfig {
  let json: string;
  try {
    json = readFileSync(file, 'utf8');
  } catch (error) {
    throw new RmaError(
      'RMA_WORKER_CONFIG',
      `cannot read the worker configuration ${file}: ${networkReason(error)}`,
      {
        exitCode: EXIT.usage,
        hint: 'rma up mounts it; for a one-off download, use download-models.sh',
      },
    );
  }
  return readWorkerConfig(json, file);
}

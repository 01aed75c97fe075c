import { readFileSync } from 'node:fs';
import { createEngineProbe } from '../../adapters/engine/engine-probe.ts';
import { networkReason } from '../../adapters/engine/http-request.ts';
import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import { WORKER_CONFIG_PATH, type WorkerConfig } from '../../core/domain/worker-config.ts';
import { EXIT, type ExitCode, RmaError } from '../../core/errors.ts';
import { RMA_VERSION } from '../../core/version.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import { readWorkerConfig } from '../../core/worker/read-worker-config.ts';
import { createContext } from '../context.ts';
import { createCoordinatorClient } from '../coordinator-client.ts';
import { withOllamaUrl } from '../engine-addresses.ts';
import { createRegistrar } from '../life/registrar.ts';
import { runWorkerLife } from '../life/worker-life.ts';
import { openLog } from '../log/open-log.ts';
import { socketPath } from '../status/socket-path.ts';
import { createStatusBoard } from '../status/status-board.ts';
import { logStatus } from '../status/status-log.ts';
import { serveStatus } from '../status/status-server.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker run`: the worker, until SIGTERM. The configuration is /etc/rma/worker.json, or RMA_WORKER_CONFIG. */
export async function run({ env, clock, stop }: Invocation): Promise<ExitCode> {
  const mounted = readConfig(env['RMA_WORKER_CONFIG'] || WORKER_CONFIG_PATH);
  const config = withOllamaUrl(withCoordinator(mounted, env), env);
  const board = createStatusBoard(
    {
      worker: config.worker,
      profile: config.profile,
      models: config.models.map((model) => unstarted(model.ref, pinnedBytes(model))),
      engines: config.engines.map(({ service }) => ({ service, state: 'waiting' })),
    },
    clock,
  );
  const log = openLog(env, { clock, scope: () => board.status.state, progress: 'stdout' });
  const server = await serveStatus(socketPath(env), board, clock);
  log.info(`worker ${config.worker} started, rma ${RMA_VERSION}, models: ${config.models.length}`);
  logStatus(board, log, clock);
  // Responses must arrive within one heartbeat, or a hanging engine would outlive its lease.
  const deadlineMs = Math.min(3_000, config.heartbeatSeconds * 600);
  const { store, fetcher } = createContext(env, log);
  const probe = createEngineProbe(clock, deadlineMs);
  const registrar = createRegistrar(coordinator());
  const random = Math.random;
  await runWorkerLife({ config, board, store, fetcher, probe, registrar, clock, random, log }, stop);
  log.info(`worker ${config.worker} stopped`);
  await server.close();
  return EXIT.ok;

  function coordinator() {
    if (config.coordinator === null) return null;
    const target = { url: config.coordinator.url, tokenFile: env['COORDINATOR_TOKEN_FILE'] || null };
    return createCoordinatorClient(target, clock, deadlineMs);
  }
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

function readConfig(file: string): WorkerConfig {
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

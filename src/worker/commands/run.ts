import { createEngineProbe } from '../../adapters/engine/engine-probe.ts';
import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { RMA_VERSION } from '../../core/version.ts';
import { engineServices } from '../../core/worker/engine-services.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import { createContext } from '../context.ts';
import { createCoordinatorClient } from '../coordinator-client.ts';
import { coordinatorTarget } from '../coordinator-target.ts';
import { openGroup } from '../group/open-group.ts';
import { createRegistrar } from '../life/registrar.ts';
import { runWorkerLife } from '../life/worker-life.ts';
import { openLog } from '../log/open-log.ts';
import { socketPath } from '../status/socket-path.ts';
import { createStatusBoard } from '../status/status-board.ts';
import { logStatus } from '../status/status-log.ts';
import { serveStatus } from '../status/status-server.ts';
import { responseDeadlineMs, workerSettings } from '../worker-settings.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker run [--engines-only]`: the worker, until SIGTERM. The configuration is /etc/rma/worker.json, or
 * RMA_WORKER_CONFIG. With `--engines-only` it has no models of its own, because each engine pod has its own store.
 */
export async function run({ args, env, clock, stop }: Invocation): Promise<ExitCode> {
  const settings = workerSettings(env);
  const config = args.includes('--engines-only') ? { ...settings, models: [] } : settings;
  const board = createStatusBoard(
    {
      worker: config.worker,
      profile: config.profile,
      models: config.models.map((model) => unstarted(model.ref, pinnedBytes(model))),
      engines: engineServices(config).map((service) => ({ service, state: 'waiting' })),
    },
    clock,
  );
  const log = openLog(env, { clock, scope: () => board.status.state, progress: 'stdout' });
  const server = await serveStatus(socketPath(env), board, clock);
  log.info(`worker ${config.worker} started, rma ${RMA_VERSION}, models: ${config.models.length}`);
  logStatus(board, log, clock);
  const deadlineMs = responseDeadlineMs(config);
  const { store, uses, fetcher } = createContext(env, log);
  const probe = createEngineProbe(clock, deadlineMs);
  const target = coordinatorTarget(config, env);
  const client = target && createCoordinatorClient(target, clock, deadlineMs);
  const registrar = createRegistrar(client);
  const random = Math.random;
  const group = openGroup({ env, config, client, clock, random, deadlineMs, log });
  const parts = { config, board, store, uses, fetcher, probe, group, registrar, clock, random, log };
  await runWorkerLife(parts, stop);
  log.info(`worker ${config.worker} stopped`);
  await server.close();
  return EXIT.ok;
}

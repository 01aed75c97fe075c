import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import { WORKER_CONFIG_PATH } from '../../core/domain/worker-config.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { engineModels, serviceArgument } from '../../core/worker/engine-models.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import { needsOf } from '../../core/worker/needs-of.ts';
import { createContext } from '../context.ts';
import { checkModels, fetchModels } from '../life/models.ts';
import { openLog } from '../log/open-log.ts';
import { createStatusBoard } from '../status/status-board.ts';
import { logStatus } from '../status/status-log.ts';
import { readConfigFile } from '../worker-settings.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker pull [--service NAME] [CONFIG]...`: downloads the models of these workers, or of one engine, to the store,
 * then exits: for a Job or an init container on Kubernetes. It retries temporary faults; the exit code of a permanent one is
 * its own. The default is /etc/rma/worker.json.
 */
export async function pull({ args, env, clock, stop }: Invocation): Promise<ExitCode> {
  const [service, files] = serviceArgument(args);
  const configs = (files.length > 0 ? files : [WORKER_CONFIG_PATH]).map((file) => {
    const config = readConfigFile(file);
    return { ...config, models: engineModels(config, service) };
  });
  // workers can share a model
  const models = [
    ...new Map(configs.flatMap((each) => each.models.map((model) => [model.ref, model]))).values(),
  ];
  const start = models.map((model) => unstarted(model.ref, pinnedBytes(model)));
  const board = createStatusBoard({ worker: 'pull', profile: '', models: start, engines: [] }, clock);
  const log = openLog(env, { clock, scope: () => 'pull', progress: 'stdout' });
  const { store, uses, fetcher } = createContext(env, log);
  logStatus(board, log, clock);
  await store.prepare();
  for (const config of configs) await store.recordNeeds(needsOf(config));
  if (await checkModels({ fetcher, board }, models)) {
    await fetcher.remember(models);
    await uses.record(models, null);
  } else {
    await fetchModels({ fetcher, board, clock, random: Math.random }, models, stop);
  }
  log.info(`all models are in the store ${store.root}: ${models.length}`);
  return EXIT.ok;
}

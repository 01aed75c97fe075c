import type { ModelCheck } from '../../core/domain/model-check.ts';
import { WORKER_CONFIG_PATH } from '../../core/domain/worker-config.ts';
import { EXIT, type ExitCode, RmaError } from '../../core/errors.ts';
import { engineModels, serviceArgument } from '../../core/worker/engine-models.ts';
import { createContext } from '../context.ts';
import { openLog } from '../log/open-log.ts';
import { readConfigFile } from '../worker-settings.ts';
import type { Invocation } from './invocation.ts';

const PAUSE_MS = 2_000;

/**
 * Runs `rma-worker wait [--service NAME] [--once] [CONFIG]`: waits until the models of one engine, or of the whole worker, are
 * verified in the store, then exits: for an init container. With `--once`, a missing model is an error: for a store that does
 * not change. Contacts no hub and writes nothing to the store.
 * @throws RmaError RMA_WORKER_MODELS exit 3 with `--once`
 */
export async function wait({ args, env, clock, stop }: Invocation): Promise<ExitCode> {
  const isOnce = args.includes('--once');
  const words = args.filter((word) => word !== '--once');
  const [service, [file = WORKER_CONFIG_PATH]] = serviceArgument(words);
  const models = engineModels(readConfigFile(file), service);
  const log = openLog(env, { clock, scope: () => 'wait', progress: 'stdout' });
  const { store, fetcher } = createContext(env, log);
  let said = '';
  for (;;) {
    const missing = (await fetcher.check(models)).filter(({ state }) => state !== 'present');
    if (missing.length === 0) break;
    const text = missing.map(missingText).join(', ');
    if (isOnce) throw notInStore(store.root, text);
    if (text !== said) log.info(`waiting for ${text}`);
    said = text;
    await clock.sleep(PAUSE_MS, stop);
  }
  log.info(`all models are verified in the store ${store.root}: ${models.length}`);
  return EXIT.ok;
}

function notInStore(root: string, missing: string): RmaError {
  return new RmaError('RMA_WORKER_MODELS', `the store ${root} does not have ${missing} as rma verified it`, {
    exitCode: EXIT.notReady,
    hint: 'build the image again from models that rma models pull --dest downloaded, with a builder that keeps file times',
  });
}

function missingText({ ref, missing }: ModelCheck): string {
  return `${ref} (${missing.length} ${missing.length === 1 ? 'file' : 'files'})`;
}

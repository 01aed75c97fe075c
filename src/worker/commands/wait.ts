import type { ModelCheck } from '../../core/domain/model-check.ts';
import { WORKER_CONFIG_PATH } from '../../core/domain/worker-config.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { engineModels, serviceArgument } from '../../core/worker/engine-models.ts';
import { createContext } from '../context.ts';
import { openLog } from '../log/open-log.ts';
import { readConfigFile } from '../worker-settings.ts';
import type { Invocation } from './invocation.ts';

const PAUSE_MS = 2_000;

/**
 * Runs `rma-worker wait [--service NAME] [CONFIG]`: waits until the models of one engine, or of the whole worker, are verified
 * in the store, then exits: for an init container. Contacts no hub and writes nothing to the store.
 */
export async function wait({ args, env, clock, stop }: Invocation): Promise<ExitCode> {
  const [service, [file = WORKER_CONFIG_PATH]] = serviceArgument(args);
  const models = engineModels(readConfigFile(file), service);
  const log = openLog(env, { clock, scope: () => 'wait', progress: 'stdout' });
  const { store, fetcher } = createContext(env, log);
  let said = '';
  for (;;) {
    const missing = (await fetcher.check(models)).filter(({ state }) => state !== 'present');
    if (missing.length === 0) break;
    const text = missing.map(missingText).join(', ');
    if (text !== said) log.info(`waiting for ${text}`);
    said = text;
    await clock.sleep(PAUSE_MS, stop);
  }
  log.info(`all models are verified in the store ${store.root}: ${models.length}`);
  return EXIT.ok;
}

function missingText({ ref, missing }: ModelCheck): string {
  return `${ref} (${missing.length} ${missing.length === 1 ? 'file' : 'files'})`;
}

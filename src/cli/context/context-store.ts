import { systemClock } from '../../adapters/clock/system-clock.ts';
import { FileModelStore } from '../../adapters/store/file-model-store.ts';
import { HttpTransfer } from '../../adapters/store/transfer/transfer.ts';
import type { FolderStore } from '../../app/pull-models.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import { hubClient } from './context-hub.ts';

/** The store in a folder of this machine, as `--dest` names it: it wins over every variable. */
export function openFolderStore(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): FolderStore {
  const store = new FileModelStore({ paths: storePaths(folder, {}), clock: systemClock });
  return {
    store,
    transfer: new HttpTransfer({ http: hubClient(env), clock: systemClock, random: Math.random }),
  };
}

import { systemClock } from '../../adapters/clock/system-clock.ts';
import { FileModelStore } from '../../adapters/store/file-model-store.ts';
import { FileModelImport } from '../../adapters/store/import/file-import.ts';
import { FileStoreReader } from '../../adapters/store/inventory/file-store-reader.ts';
import { HttpTransfer } from '../../adapters/store/transfer/transfer.ts';
import { limitYoungGeneration } from '../../adapters/store/transfer/young-generation.ts';
import { FileModelUses } from '../../adapters/store/usage/file-model-uses.ts';
import { FileStoreVerifier } from '../../adapters/store/verify/file-store-verifier.ts';
import type { CheckedFolder } from '../../app/models/repair-models.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import type { ModelImport } from '../../ports/model-import.ts';
import { type HubNetwork, hubClient } from './context-hub.ts';
import { openPeers } from './context-peers.ts';

/** Opens what imports models of other programs into the store in a directory. */
export function openImports(folder: string): ModelImport {
  return new FileModelImport({ paths: storePaths(folder, {}) });
}

/** Opens the store in the directory of `--dest`, which overrides every variable. */
export function openFolderStore(
  folder: string,
  { network, ...parts }: Omit<HubNetwork, 'caFile'> & { readonly network: RmaConfig['network'] },
): CheckedFolder {
  limitYoungGeneration();
  const options = { paths: storePaths(folder, {}), clock: systemClock };
  const http = hubClient({ ...parts, caFile: network.caFile });
  return {
    store: new FileModelStore(options),
    uses: new FileModelUses(options),
    reader: new FileStoreReader(options),
    verifier: new FileStoreVerifier(options),
    transfer: new HttpTransfer({ http, clock: systemClock, random: Math.random, limits: network }),
    peers: openPeers(network, parts.env),
  };
}

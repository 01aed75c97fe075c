import { systemClock } from '../adapters/clock/system-clock.ts';
import { readCatalog } from '../adapters/data/read-catalog.ts';
import { readCertificates } from '../adapters/http/read-certificates.ts';
import { readProxies } from '../adapters/http/read-proxies.ts';
import { UndiciClient } from '../adapters/http/undici-client.ts';
import { hubSources } from '../adapters/hub/hub-source.ts';
import { readHubToken } from '../adapters/hub/hub-token.ts';
import { FileBundles } from '../adapters/store/bundle/file-bundles.ts';
import { FileModelStore } from '../adapters/store/file-model-store.ts';
import { FileModelImport } from '../adapters/store/import/file-import.ts';
import { FileStoreReader } from '../adapters/store/inventory/file-store-reader.ts';
import { HttpTransfer } from '../adapters/store/transfer/transfer.ts';
import { FileModelUses } from '../adapters/store/usage/file-model-uses.ts';
import { FileStoreVerifier } from '../adapters/store/verify/file-store-verifier.ts';
import { checkModels } from '../app/fetch/check-models.ts';
import { fetchModels } from '../app/fetch/fetch-models.ts';
import type { FetchResult } from '../app/fetch/fetch-result.ts';
import { withPeers } from '../app/fetch/peer-sources.ts';
import { repairModels } from '../app/fetch/repair-model.ts';
import { resolveOrRecall } from '../app/fetch/resolve-or-recall.ts';
import { limitsByEnvironment } from '../core/config/download-variables.ts';
import { offlineByEnvironment } from '../core/config/offline-variable.ts';
import type { PinnedModel } from '../core/domain/pinned-model.ts';
import type { Catalog } from '../core/domain/profile.ts';
import { waitText } from '../core/hub/wait-text.ts';
import { caFiles } from '../core/network/ca-files.ts';
import { parseModelRef } from '../core/source/parse-ref.ts';
import { type StorePaths, storePaths } from '../core/source/store-paths.ts';
import type { RepairTask } from '../core/verify/repair-tasks.ts';
import { RMA_VERSION } from '../core/version.ts';
import type { Bundles } from '../ports/bundles.ts';
import type { ModelImport } from '../ports/model-import.ts';
import type { ModelStore } from '../ports/model-store.ts';
import type { ModelUses } from '../ports/model-uses.ts';
import type { StoreReader } from '../ports/store-reader.ts';
import type { StoreVerifier } from '../ports/store-verifier.ts';
import type { Log } from './log/log.ts';
import type { FetchOptions, ModelFetcher } from './model-fetcher.ts';
import { openPeers } from './peers.ts';

/** The adapters of the worker. */
export interface WorkerContext {
  readonly store: ModelStore;
  readonly uses: ModelUses;
  readonly reader: StoreReader;
  readonly imports: ModelImport;
  readonly bundles: Bundles;
  readonly fetcher: ModelFetcher;
  readonly verifier: StoreVerifier;
  /** Fetches and replaces what a verification found wrong. */
  repair(tasks: readonly RepairTask[], options: FetchOptions): Promise<readonly FetchResult[]>;
  /** Resolves a model reference by a request to its hub, and in the store if no hub can be reached. */
  resolve(ref: string, signal: AbortSignal): Promise<PinnedModel>;
  catalog(): Promise<Catalog>;
}

/** Directory of the shipped profiles and engines in the image, unless RMA_DATA_DIR is set. */
const DATA_DIR = '/opt/rma';

/** Returns the adapters of the worker. `log` receives waits that a hub requests. Connects to nothing. */
export function createContext(env: NodeJS.ProcessEnv, log?: Pick<Log, 'warn'>): WorkerContext {
  const [clock, random] = [systemClock, Math.random];
  const http = hubClient(env, log);
  // Read on the first request to a hub: a start with all models present needs no token.
  const hubToken = () => readHubToken(null, env);
  const offline = () => offlineByEnvironment(env);
  const peers = openPeers(env);
  const hubs = hubSources({ http, clock, random, environment: env, hubToken });
  const sources = withPeers(hubs, { peers, hubs: !offline(), onSkip: (error) => log?.warn(error.message) });
  const unreachable = new Set<string>();
  const limits = limitsByEnvironment(env);
  const transfer = new HttpTransfer({ http, clock, random, limits });
  const paths = storePaths(null, env);
  const store = new FileModelStore({ paths, clock });
  const uses = new FileModelUses({ paths, clock });
  const verifier = new FileStoreVerifier({ paths, clock });
  const fetching = { store, sources, transfer, clock, connections: limits.connections };
  return {
    store,
    uses,
    reader: new FileStoreReader({ paths }),
    ...movedModels(paths),
    verifier,
    repair: (tasks, options) => repairModels(tasks, { ...fetching, peers, verifier, ...options }),
    fetcher: {
      check: (models) => checkModels(models, store),
      async remember(models) {
        for (const model of models) await store.remember(model);
      },
      fetch: (models, options) =>
        fetchModels(models, { ...fetching, uses, peers, offline: offline(), ...options }),
    },
    async resolve(text, signal) {
      const ref = parseModelRef(text);
      const source = sources.find((each) => each.source === ref.source);
      if (source === undefined) throw new Error(`no source for ${ref.source}`);
      const answer = await resolveOrRecall(
        { store, source, offline: offline(), peers: peers.length > 0, unreachable },
        ref,
        signal,
      );
      if (answer.text !== null) log?.warn(answer.text);
      return answer.model;
    },
    catalog: () => readCatalog({ shipped: env['RMA_DATA_DIR'] || DATA_DIR }),
  };
}

function hubClient(env: NodeJS.ProcessEnv, log: Pick<Log, 'warn'> | undefined): UndiciClient {
  return new UndiciClient({
    clock: systemClock,
    random: Math.random,
    userAgent: `rma-worker/${RMA_VERSION}`,
    proxies: readProxies(env),
    certificates: () => readCertificates(caFiles(null, env)),
    onWait: (wait) => log?.warn(waitText(wait)),
  });
}

/** What imports models from other directories, and exports them. */
function movedModels(paths: StorePaths): Pick<WorkerContext, 'imports' | 'bundles'> {
  return {
    imports: new FileModelImport({ paths }),
    bundles: new FileBundles({ paths, clock: systemClock, stdin: process.stdin, stdout: process.stdout }),
  };
}

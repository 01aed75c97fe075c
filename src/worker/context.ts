import { systemClock } from '../adapters/clock/system-clock.ts';
import { readCatalog } from '../adapters/data/read-catalog.ts';
import { UndiciClient } from '../adapters/http/undici-client.ts';
import { readHubToken, readModelScopeToken } from '../adapters/hub/hub-token.ts';
import { HF_DEFAULT_ENDPOINT, HuggingFaceSource } from '../adapters/hub/huggingface.ts';
import { ModelScopeSource, MS_DEFAULT_ENDPOINT } from '../adapters/hub/modelscope.ts';
import { OllamaRegistrySource } from '../adapters/hub/ollama-registry.ts';
import { UrlSource } from '../adapters/hub/url.ts';
import { FileModelStore } from '../adapters/store/file-model-store.ts';
import { HttpTransfer } from '../adapters/store/transfer/transfer.ts';
import { checkModels } from '../app/fetch/check-models.ts';
import { fetchModels } from '../app/fetch/fetch-models.ts';
import type { PinnedModel } from '../core/domain/pinned-model.ts';
import type { Catalog } from '../core/domain/profile.ts';
import { OLLAMA_DEFAULT_ENDPOINT } from '../core/reference/parse-ollama-ref.ts';
import { parseModelRef } from '../core/reference/parse-ref.ts';
import { storePaths } from '../core/store/store-paths.ts';
import { RMA_VERSION } from '../core/version.ts';
import type { ModelSource } from '../ports/model-source.ts';
import type { ModelStore } from '../ports/model-store.ts';
import type { ModelFetcher } from './model-fetcher.ts';

/** The adapters of the worker. */
export interface WorkerContext {
  readonly store: ModelStore;
  readonly fetcher: ModelFetcher;
  /** Resolves a model reference by a request to its hub. */
  resolve(ref: string, signal: AbortSignal): Promise<PinnedModel>;
  catalog(): Promise<Catalog>;
}

/** Directory of the shipped profiles and engines in the image, unless RMA_DATA_DIR is set. */
const DATA_DIR = '/opt/rma';

export function createContext(env: NodeJS.ProcessEnv): WorkerContext {
  const clock = systemClock;
  const random = Math.random;
  const http = new UndiciClient({ clock, random, userAgent: `rma-worker/${RMA_VERSION}`, proxies: env });
  const endpoint = env['HF_ENDPOINT'] || HF_DEFAULT_ENDPOINT;
  // Read on the first request to a hub: a start with all models present needs no token.
  const token = () => readHubToken(null, env);
  const sources: readonly ModelSource[] = [
    new HuggingFaceSource({ endpoint, token, http }),
    new OllamaRegistrySource({ endpoint: env['RMA_OLLAMA_ENDPOINT'] || OLLAMA_DEFAULT_ENDPOINT, http }),
    new ModelScopeSource({
      endpoint: env['MODELSCOPE_ENDPOINT'] || MS_DEFAULT_ENDPOINT,
      token: () => readModelScopeToken(env),
      http,
    }),
    new UrlSource({ http, clock, random }),
  ];
  const transfer = new HttpTransfer({ http, clock, random });
  const store = new FileModelStore({ paths: storePaths(null, env), clock });
  return {
    store,
    fetcher: {
      check: (models) => checkModels(models, store),
      fetch: (models, options) => fetchModels(models, { store, sources, transfer, clock, ...options }),
    },
    async resolve(text, signal) {
      const ref = parseModelRef(text);
      const source = sources.find((each) => each.source === ref.source);
      if (source === undefined) throw new Error(`no source for ${ref.source}`);
      return source.resolve(ref, signal);
    },
    catalog: () => readCatalog({ shipped: env['RMA_DATA_DIR'] || DATA_DIR }),
  };
}

import { systemClock } from '../../adapters/clock/system-clock.ts';
import { UndiciClient } from '../../adapters/http/undici-client.ts';
import { HttpRangeReader } from '../../adapters/hub/http-range-reader.ts';
import { readModelScopeToken } from '../../adapters/hub/hub-token.ts';
import { HuggingFaceSource } from '../../adapters/hub/huggingface.ts';
import { ModelScopeSource } from '../../adapters/hub/modelscope.ts';
import { OllamaRegistrySource } from '../../adapters/hub/ollama-registry.ts';
import { UrlSource } from '../../adapters/hub/url.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { ModelSource } from '../../ports/model-source.ts';
import type { RangeReader } from '../../ports/range-reader.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface HubParts {
  readonly env: Env;
  readonly hub: RmaConfig['hub'];
  readonly token: () => string | null;
}

/** The hubs that references can name. */
export function hubSources({ env, hub, token }: HubParts): readonly ModelSource[] {
  const http = hubClient(env);
  return [
    new HuggingFaceSource({ endpoint: hub.endpoint, token, http }),
    new OllamaRegistrySource({ endpoint: hub.ollamaEndpoint, http }),
    new ModelScopeSource({ endpoint: hub.modelscopeEndpoint, token: () => readModelScopeToken(env), http }),
    new UrlSource({ http, clock: systemClock, random: Math.random }),
  ];
}

/** Reads the heads of files. */
export function rangeReader(env: Env): RangeReader {
  return new HttpRangeReader({ http: hubClient(env), clock: systemClock, random: Math.random });
}

/** The way out to hubs, through the proxies that the environment names. */
export function hubClient(env: Env): HttpClient {
  return new UndiciClient({
    clock: systemClock,
    random: Math.random,
    userAgent: `rma/${RMA_VERSION}`,
    proxies: env,
  });
}

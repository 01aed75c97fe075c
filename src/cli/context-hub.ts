import { systemClock } from '../adapters/clock/system-clock.ts';
import { UndiciClient } from '../adapters/http/undici-client.ts';
import { HuggingFaceSource } from '../adapters/hub/huggingface.ts';
import { OllamaRegistrySource } from '../adapters/hub/ollama-registry.ts';
import { UrlSource } from '../adapters/hub/url.ts';
import { RMA_VERSION } from '../core/version.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { ModelSource } from '../ports/model-source.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface HubParts {
  readonly env: Env;
  readonly endpoint: string;
  readonly ollamaEndpoint: string;
  readonly token: () => string | null;
}

/** The hubs that references can name. */
export function hubSources({ env, endpoint, ollamaEndpoint, token }: HubParts): readonly ModelSource[] {
  const http = hubClient(env);
  return [
    new HuggingFaceSource({ endpoint, token, http }),
    new OllamaRegistrySource({ endpoint: ollamaEndpoint, http }),
    new UrlSource({ http, clock: systemClock, random: Math.random }),
  ];
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

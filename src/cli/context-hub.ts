import { systemClock } from '../adapters/clock/system-clock.ts';
import { UndiciClient } from '../adapters/http/undici-client.ts';
import { HuggingFaceSource } from '../adapters/hub/huggingface.ts';
import { UrlSource } from '../adapters/hub/url.ts';
import { RMA_VERSION } from '../core/version.ts';
import type { ModelSource } from '../ports/model-source.ts';

interface HubParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly endpoint: string;
  readonly token: () => string | null;
}

/** The hubs that references can name. */
export function hubSources({ env, endpoint, token }: HubParts): readonly ModelSource[] {
  const random = Math.random;
  const http = new UndiciClient({
    clock: systemClock,
    random,
    userAgent: `rma/${RMA_VERSION}`,
    proxies: env,
  });
  return [
    new HuggingFaceSource({ endpoint, token, http }),
    new UrlSource({ http, clock: systemClock, random }),
  ];
}

import { systemClock } from '../../adapters/clock/system-clock.ts';
import { UndiciClient } from '../../adapters/http/undici-client.ts';
import { HttpRangeReader } from '../../adapters/hub/http-range-reader.ts';
import { hubSources } from '../../adapters/hub/hub-source.ts';
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

/** Returns the sources of models, with the servers and tokens of this command. */
export function modelSources({ env, hub, token }: HubParts): readonly ModelSource[] {
  return hubSources({
    http: hubClient(env),
    clock: systemClock,
    random: Math.random,
    endpoints: hub.endpoints,
    environment: env,
    hubToken: token,
  });
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

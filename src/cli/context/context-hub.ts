import { systemClock } from '../../adapters/clock/system-clock.ts';
import { readCertificates } from '../../adapters/http/read-certificates.ts';
import { UndiciClient } from '../../adapters/http/undici-client.ts';
import { HttpRangeReader } from '../../adapters/hub/http-range-reader.ts';
import { hubSources } from '../../adapters/hub/hub-source.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { waitText } from '../../core/hub/wait-text.ts';
import { caFiles } from '../../core/network/ca-files.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { ModelSource } from '../../ports/model-source.ts';
import type { RangeReader } from '../../ports/range-reader.ts';
import type { Reporter } from '../../ports/reporter.ts';

/** What requests to hubs depend on, apart from their addresses. */
export interface HubNetwork {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly reporter: Reporter;
  /** setting `network.ca_file` */
  readonly caFile: string | null;
}

interface HubParts extends HubNetwork {
  readonly hub: RmaConfig['hub'];
  readonly token: () => string | null;
}

/** Returns the sources of models, with the servers and tokens of this command. */
export function modelSources({ hub, token, ...network }: HubParts): readonly ModelSource[] {
  return hubSources({
    http: hubClient(network),
    clock: systemClock,
    random: Math.random,
    endpoints: hub.endpoints,
    order: hub.sources ?? [],
    environment: network.env,
    hubToken: token,
  });
}

/** Reads the heads of files. */
export function rangeReader(network: HubNetwork): RangeReader {
  return new HttpRangeReader({ http: hubClient(network), clock: systemClock, random: Math.random });
}

/** Returns the HTTP client for hubs, with the proxies that the environment names. */
export function hubClient({ env, reporter, caFile }: HubNetwork): HttpClient {
  return new UndiciClient({
    clock: systemClock,
    random: Math.random,
    userAgent: `rma/${RMA_VERSION}`,
    proxies: env,
    certificates: () => readCertificates(caFiles(caFile, env)),
    onWait: (wait) => reporter.emit({ type: 'warning', code: 'RMA_HUB_BUSY', text: waitText(wait) }),
  });
}

import { Endpoints } from '../../../src/adapters/hub/endpoints.ts';
import { HubSource } from '../../../src/adapters/hub/hub-source.ts';
import { endpointList } from '../../../src/core/hub/endpoint-list.ts';
import { SOURCES } from '../../../src/core/source/sources.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { JumpingClock } from '../clock/jumping-clock.ts';
import { testHttp } from './test-http.ts';

interface TestServer {
  readonly endpoint: string;
  readonly token?: string | null;
  readonly clock?: Clock;
  readonly hostAlias?: string;
}

/** All addresses of servers that sources have. */
const HUBS = SOURCES.flatMap(({ endpoint }) => [endpoint?.fallback ?? [], endpoint?.aliases ?? []].flat());

/** Returns a source with a real HTTP client and this endpoint. */
export function testSource(id: string, { endpoint, token = null, clock, hostAlias }: TestServer): HubSource {
  const source = SOURCES.find((each) => each.id === id);
  if (source === undefined) throw new Error(`no source ${id}`);
  const endpoints = new Endpoints(endpointList(endpoint));
  return new HubSource(
    source,
    {
      endpoints,
      token: () => token,
      hostAlias: hostAlias ?? null,
      mirrors: HUBS.map((hub) => ({ hub, endpoints })),
    },
    { http: testHttp(), clock: clock ?? new JumpingClock(), random: () => 0 },
  );
}

/** Returns all sources with one endpoint. */
export function testSources(server: TestServer): readonly HubSource[] {
  return SOURCES.map(({ id }) => testSource(id, server));
}

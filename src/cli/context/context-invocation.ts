import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAuthority } from '../../adapters/certificate/authority.ts';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { packageRoot } from '../../adapters/data/package-root.ts';
import { readCatalog } from '../../adapters/data/read-catalog.ts';
import { readCertificates } from '../../adapters/http/read-certificates.ts';
import { readHubToken } from '../../adapters/hub/hub-token.ts';
import { readPeerToken } from '../../adapters/hub/peer-token.ts';
import { PackagedImage } from '../../adapters/image/packaged-image.ts';
import { systemProcesses } from '../../adapters/system/processes.ts';
import { withPeers } from '../../app/fetch/peer-sources.ts';
import { tokenOfVariable } from '../../core/hub/token-variable.ts';
import { caFiles } from '../../core/network/ca-files.ts';
import type { HubToken, Invocation } from '../../ports/invocation.ts';
import type { LoadedConfig } from './context-config.ts';
import { modelSources, rangeReader } from './context-hub.ts';
import { openPeers } from './context-peers.ts';

type InvocationParts = Pick<Invocation, 'signal' | 'reporter'> & {
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Returns the hubs, the data, the clock and the settings of one command. Connects to nothing. */
export function createInvocation(
  { env, signal, reporter }: InvocationParts,
  loaded: Pick<LoadedConfig, 'config' | 'hubToken'>,
): Invocation {
  const shipped = packageRoot(import.meta.url);
  const token = () => hubToken(loaded, env);
  const { hub, network } = loaded.config;
  const { caFile, peerTokenFile } = network;
  const hubs = modelSources({ env, reporter, caFile, hub, token: () => token()?.value ?? null });
  return {
    sources: withPeers(hubs, {
      peers: openPeers(network, env),
      hubs: !network.offline,
      onSkip: ({ code, message: text, hint }) =>
        reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) }),
    }),
    ranges: rangeReader({ env, reporter, caFile }),
    workerImage: new PackagedImage(join(shipped, 'dist', 'image')),
    clock: systemClock,
    reporter,
    signal,
    environment: withTimeZone(env),
    catalog: async (own, extra = null) => readCatalog({ shipped, own, extra }),
    hubToken: async () => token(),
    certificates: async () => readCertificates(caFiles(caFile, env)),
    peerToken: async () =>
      network.peers.length === 0 || peerTokenFile === null ? null : readPeerToken(peerTokenFile),
    randomKey: () => randomBytes(32).toString('hex'),
    authority: createAuthority(systemClock),
    processes: systemProcesses,
  };
}

/** Returns the variables that are set, and the time zone of the machine instead of TZ: looked up when it is read, as that takes 15 ms. */
function withTimeZone(env: InvocationParts['env']): Readonly<Record<string, string>> {
  const set = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const timeZone = { get: () => Intl.DateTimeFormat().resolvedOptions().timeZone, enumerable: true };
  return set['TZ'] === undefined ? Object.defineProperty(set, 'TZ', timeZone) : set;
}

function hubToken(
  { hubToken: from }: Pick<LoadedConfig, 'hubToken'>,
  env: InvocationParts['env'],
): HubToken | null {
  if (from.kind === 'none') return null;
  const [value, origin] =
    from.kind === 'file'
      ? [readHubToken(from.path, {}), from.path]
      : [tokenOfVariable(from.name, env), from.name];
  return value === null ? null : { value, origin };
}

import { systemClock } from '../../adapters/clock/system-clock.ts';
import { readCertificates } from '../../adapters/http/read-certificates.ts';
import { UndiciClient } from '../../adapters/http/undici-client.ts';
import { httpPeers, PEER_TIMES } from '../../adapters/hub/http-peer.ts';
import { readPeerToken } from '../../adapters/hub/peer-token.ts';
import { HttpTransfer } from '../../adapters/store/transfer/transfer.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { caFiles } from '../../core/network/ca-files.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { PeerStore } from '../../ports/peer-store.ts';

/** Returns the machines of `network.peers`. They are reached directly, never through a proxy. Connects to nothing. */
export function openPeers(
  network: RmaConfig['network'],
  env: Readonly<Record<string, string | undefined>>,
): readonly PeerStore[] {
  const { caFile, peers, peerTokenFile } = network;
  const parts = { clock: systemClock, random: Math.random };
  return httpPeers(peers, {
    token: () => (peerTokenFile === null ? null : readPeerToken(peerTokenFile)),
    connect: ({ fingerprint }) => {
      const http = new UndiciClient({
        ...parts,
        ...PEER_TIMES,
        userAgent: `rma/${RMA_VERSION}`,
        certificates: () => readCertificates(caFiles(caFile, env)),
        fingerprint: fingerprint ?? undefined,
      });
      return { http, transfer: new HttpTransfer({ ...parts, http, pauseMs: PEER_TIMES.pauseMs }) };
    },
  });
}

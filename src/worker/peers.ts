import { systemClock } from '../adapters/clock/system-clock.ts';
import { readCertificates } from '../adapters/http/read-certificates.ts';
import { UndiciClient } from '../adapters/http/undici-client.ts';
import { httpPeers, PEER_TIMES } from '../adapters/hub/http-peer.ts';
import { readPeerToken } from '../adapters/hub/peer-token.ts';
import { HttpTransfer } from '../adapters/store/transfer/transfer.ts';
import { caFiles } from '../core/network/ca-files.ts';
import { RMA_VERSION } from '../core/version.ts';
import type { PeerStore } from '../ports/peer-store.ts';

/** Returns the machines of RMA_PEERS, with the token in the file that RMA_PEER_TOKEN_FILE names. Connects to nothing. */
export function openPeers(env: NodeJS.ProcessEnv): readonly PeerStore[] {
  const file = env['RMA_PEER_TOKEN_FILE'] || null;
  const addresses = (env['RMA_PEERS'] ?? '').split(',').map((text) => text.trim());
  const parts = { clock: systemClock, random: Math.random };
  return httpPeers(addresses, {
    token: () => (file === null ? null : readPeerToken(file)),
    connect: ({ fingerprint }) => {
      const http = new UndiciClient({
        ...parts,
        ...PEER_TIMES,
        userAgent: `rma-worker/${RMA_VERSION}`,
        certificates: () => readCertificates(caFiles(null, env)),
        fingerprint: fingerprint ?? undefined,
      });
      return { http, transfer: new HttpTransfer({ ...parts, http, pauseMs: PEER_TIMES.pauseMs }) };
    },
  });
}

import { onTestFinished } from 'vitest';
import { certificates } from '../../../src/adapters/certificate/self-signed.ts';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { UndiciClient } from '../../../src/adapters/http/undici-client.ts';
import { startAnswerServer } from '../../../src/adapters/http-server/answer-server.ts';
import { HttpPeer } from '../../../src/adapters/hub/http-peer.ts';
import { FileServedStore } from '../../../src/adapters/store/serve/file-served-store.ts';
import { HttpTransfer } from '../../../src/adapters/store/transfer/transfer.ts';
import { createStoreRoutes } from '../../../src/app/serve/store-routes.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import type { PeerStore } from '../../../src/ports/peer-store.ts';
import { testStore } from './store-fixture.ts';
import { quick } from './test-http.ts';

export const PEER_TOKEN = 'token-of-the-served-store-0123';

export interface ServedFolder {
  readonly url: string;
  readonly port: number;
  /** log lines */
  readonly lines: readonly string[];
  /** of the certificate; null without TLS */
  readonly fingerprint: string | null;
  close(): Promise<void>;
}

export interface ServedFolderOptions {
  readonly token?: string | null;
  readonly tls?: boolean;
  /** called with each log line, when the response and its file are closed */
  readonly onLine?: (line: string) => void;
  readonly limits?: Parameters<typeof startAnswerServer>[0]['limits'];
}

/** Serves the store in a directory on 127.0.0.1, until the end of the test. */
export async function serveFolder(root: string, options: ServedFolderOptions = {}): Promise<ServedFolder> {
  const { token = null, tls = false, limits = {}, onLine } = options;
  const lines: string[] = [];
  const pair = tls ? certificates.create({ names: ['127.0.0.1'], nowMs: Date.now() }) : null;
  const store = new FileServedStore({
    paths: storePaths(root, {}),
    store: testStore(root),
    clock: systemClock,
  });
  const server = await startAnswerServer({
    answer: createStoreRoutes(store, token),
    listen: { host: '127.0.0.1', port: 0 },
    tls: pair,
    log: (line) => {
      lines.push(line);
      onLine?.(line);
    },
    limits,
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await server.close();
    isOpen = false;
  };
  onTestFinished(close);
  const fingerprint = pair === null ? null : (certificates.inspect(pair)?.fingerprint ?? null);
  return {
    url: `http${tls ? 's' : ''}://127.0.0.1:${server.port}`,
    port: server.port,
    lines,
    fingerprint,
    close,
  };
}

/** Returns a served store as a client sees it. */
export function testPeer(
  { url, fingerprint }: Pick<ServedFolder, 'url' | 'fingerprint'>,
  token: string | null = null,
): PeerStore {
  const http = new UndiciClient({
    ...quick,
    userAgent: 'rma-test',
    attempts: 2,
    ...(fingerprint === null ? {} : { fingerprint }),
  });
  const transfer = new HttpTransfer({ ...quick, http });
  return new HttpPeer({ address: { url, fingerprint }, token: () => token, http, transfer });
}

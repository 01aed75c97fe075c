import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { HttpTransfer } from '../../../src/adapters/store/transfer/transfer.ts';
import { fetchModels } from '../../../src/app/fetch/fetch-models.ts';
import { withPeers } from '../../../src/app/fetch/peer-sources.ts';
import { toErrorDocument } from '../../../src/core/errors.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import type { PeerStore } from '../../../src/ports/peer-store.ts';
import type { Hub } from '../../hub/hub.ts';
import { testStore, testUses } from './store-fixture.ts';
import { quick, testHttp } from './test-http.ts';
import { testSources } from './test-source.ts';

/** Nothing listens there. */
const NO_HUB = 'http://127.0.0.1:9';

export interface PeerPull {
  readonly peers: readonly PeerStore[];
  /** null: hubs are off */
  readonly hub?: Hub | null;
}

/** Resolves and fetches references like `rma models pull --from`. */
export async function pullFromPeers(root: string, refs: readonly string[], { peers, hub = null }: PeerPull) {
  const skipped: string[] = [];
  const sources = withPeers(testSources({ endpoint: hub?.endpoint ?? NO_HUB }), {
    peers,
    hubs: hub !== null,
    onSkip: ({ message }) => skipped.push(message),
  });
  const resolved = await Promise.all(
    refs.map((text) => {
      const ref = parseModelRef(text);
      return sources.find(({ source }) => source === ref.source)!.resolve(ref);
    }),
  );
  const results = await fetchModels(resolved, {
    store: testStore(root),
    uses: testUses(root),
    sources,
    peers,
    transfer: new HttpTransfer({ ...quick, http: testHttp() }),
    clock: systemClock,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    offline: hub === null,
  });
  const errors = results.map((result) => (result.state === 'failed' ? toErrorDocument(result.error) : null));
  return { states: results.map(({ state }) => state), errors, skipped };
}

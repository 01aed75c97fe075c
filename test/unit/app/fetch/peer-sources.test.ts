import { expect, it } from 'vitest';
import { withPeers } from '../../../../src/app/fetch/peer-sources.ts';
import type { PinnedModel } from '../../../../src/core/domain/pinned-model.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { parseModelRef } from '../../../../src/core/source/parse-ref.ts';
import type { ModelSource } from '../../../../src/ports/model-source.ts';
import type { PeerStore } from '../../../../src/ports/peer-store.ts';

const MODEL: PinnedModel = { source: 'hf', ref: 'hf:org/name', files: [] };

const location = { url: 'http://127.0.0.1/', authorization: null };

/** Returns a machine that is off, or that has the model or not. */
function peer(name: string, answer: 'off' | 'has it' | 'lacks it'): PeerStore {
  return {
    name,
    async resolve() {
      if (answer === 'off') throw new RmaError('RMA_HUB_UNREACHABLE', `cannot reach ${name}`);
      return answer === 'has it' ? MODEL : null;
    },
    locate: () => location,
    transfer: { fetch: unused, unpack: unused },
  };
}

const unused = () => Promise.reject(new Error('not called'));

const hub: ModelSource = { source: 'hf', resolve: async () => MODEL, locate: () => location };

it.each([
  { peers: [peer('a', 'off')], hubs: false, warned: [], outcome: 'cannot reach a' },
  { peers: [peer('a', 'off')], hubs: true, warned: ['cannot reach a'], outcome: MODEL },
  {
    peers: [peer('a', 'off'), peer('b', 'off')],
    hubs: false,
    warned: ['cannot reach a'],
    outcome: 'cannot reach b',
  },
  { peers: [peer('a', 'off'), peer('b', 'has it')], hubs: false, warned: ['cannot reach a'], outcome: MODEL },
  { peers: [peer('a', 'off'), peer('b', 'lacks it')], hubs: false, warned: [], outcome: 'cannot reach a' },
])('reports each machine that does not respond once ($peers.length machines, hubs: $hubs)', async (row) => {
  const warned: string[] = [];
  const onSkip = ({ message }: RmaError) => void warned.push(message);
  const [source] = withPeers([hub], { peers: row.peers, hubs: row.hubs, onSkip });
  const outcome = await source?.resolve(parseModelRef('hf:org/name')).catch((error: Error) => error.message);
  expect({ warned, outcome }).toEqual({ warned: row.warned, outcome: row.outcome });
});

it.each([
  [
    'names the machines that lack the model if its hub is unreachable',
    'RMA_HUB_UNREACHABLE',
    'not on b, c; no network',
  ],
  ['does not if the hub responds', 'RMA_HUB_NOT_FOUND', 'no network'],
] as const)('%s', async (_, code, message) => {
  const down: ModelSource = {
    ...hub,
    resolve: () => Promise.reject(new RmaError(code, 'no network', { hint: 'check the network' })),
  };
  const peers = [peer('a', 'off'), peer('b', 'lacks it'), peer('c', 'lacks it')];
  const [source] = withPeers([down], { peers, hubs: true, onSkip: () => undefined });
  await expect(source?.resolve(parseModelRef('hf:org/name'))).rejects.toMatchObject({
    code,
    message,
    hint: 'check the network',
  });
});

import { expect, it } from 'vitest';
import { HttpPeer } from '../../../src/adapters/hub/http-peer.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { parsePeer } from '../../../src/core/network/peer-address.ts';
import { formatRecord } from '../../../src/core/source/model-record.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { setUp } from './ollama-fixture.ts';

/** Returns a machine whose response is the record of a model. */
function peerWith(model: PinnedModel): HttpPeer {
  const unused = () => Promise.reject(new Error('not called'));
  const text = formatRecord(model, '2026-01-01T00:00:00Z');
  const address = parsePeer('127.0.0.1:7711');
  if (address === null) throw new Error('not an address');
  return new HttpPeer({
    address,
    token: () => null,
    http: { read: async () => ({ status: 200, url: '', headers: {}, hops: [], text }), open: unused },
    transfer: { fetch: unused, unpack: unused },
  });
}

it.each([
  ['lacks a layer', ({ files }: PinnedModel) => files.slice(1), 'its list of files lacks sha256-'],
  [
    'has another size for a layer',
    ({ files }: PinnedModel) => files.map((file) => ({ ...file, bytes: file.bytes + 1 })),
    'its list of files lacks sha256-',
  ],
  [
    'has a file that is no layer',
    ({ files }: PinnedModel) => [
      ...files,
      {
        path: `sha256-${'0'.repeat(64)}`,
        bytes: 1,
        digest: { algorithm: 'sha256' as const, hex: '0'.repeat(64) },
      },
    ],
    'its manifest does not list sha256-0',
  ],
])('rejects an Ollama model of another machine whose list of files %s', async (_, change, fault) => {
  const { resolve } = await setUp();
  const model = await resolve('ollama:tiny');
  const ref = parseModelRef('ollama:tiny');
  expect(await peerWith(model).resolve(ref)).toEqual(model);
  await expect(peerWith({ ...model, files: change(model) }).resolve(ref)).rejects.toMatchObject({
    code: 'RMA_HUB_BAD_ANSWER',
    message: expect.stringContaining(fault),
  });
});

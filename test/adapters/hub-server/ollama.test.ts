import { describe, expect, it } from 'vitest';
import type { Hub } from '../../hub/hub.ts';
import { hubForTest } from './hub-fixture.ts';

const hubWithModel = () =>
  hubForTest({
    ollama: {
      'library/tiny:latest': {
        layers: [
          { kind: 'model', content: 'GGUF weights' },
          { kind: 'params', content: '{}' },
        ],
        config: { model_format: 'gguf' },
      },
    },
  });

const BLOB = `/v2/library/tiny/blobs/sha256:${'b0e06d4d7fc4d3f3f6a76ed2f2a3a4f6'.repeat(2)}`;

async function weightsOf(hub: Hub): Promise<string> {
  const answer = await fetch(`${hub.endpoint}/v2/library/tiny/manifests/latest`);
  const { layers } = (await answer.json()) as { layers: { digest: string }[] };
  return `${hub.endpoint}/v2/library/tiny/blobs/${layers[0]?.digest}`;
}

// A real Ollama pulls from it in test/judges/ollama.test.ts.
describe('the Ollama registry of the test hub', () => {
  it('serves a manifest with the size of each layer', async () => {
    const hub = await hubWithModel();
    const answer = await fetch(`${hub.endpoint}/v2/library/tiny/manifests/latest`);
    expect(answer.headers.get('content-type')).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(await answer.json()).toMatchObject({
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json' },
      layers: [
        { mediaType: 'application/vnd.ollama.image.model', size: 12 },
        { mediaType: 'application/vnd.ollama.image.params', size: 2 },
      ],
    });
  });

  it('answers HEAD with the size of a blob, and redirects GET to another host, which supports ranges', async () => {
    const hub = await hubWithModel();
    const url = await weightsOf(hub);
    const head = await fetch(url, { method: 'HEAD', redirect: 'manual' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '12']);
    const get = await fetch(url, { redirect: 'manual' });
    const location = get.headers.get('location') ?? '';
    expect(get.status).toBe(307);
    expect(new URL(location).hostname).not.toBe(new URL(hub.endpoint).hostname);
    const part = await fetch(location, { headers: { range: 'bytes=5-' } });
    expect([part.status, await part.text()]).toEqual([206, 'weights']);
  });

  it('rejects a blob URL that it did not sign', async () => {
    const hub = await hubWithModel();
    const path = new URL(await weightsOf(hub)).pathname.replace('/v2/', '/ollama/');
    expect((await fetch(`${hub.cdnEndpoint}${path}?Signature=forged`)).status).toBe(403);
  });

  it.each(['/v2/library/tiny/manifests/none', '/v2/library/none/manifests/latest', BLOB])(
    'answers 404 for %s',
    async (path) => {
      const hub = await hubWithModel();
      expect((await fetch(hub.endpoint + path)).status).toBe(404);
    },
  );

  it('logs blobs as content requests, but not redirects or configurations', async () => {
    const hub = await hubWithModel();
    const weights = await weightsOf(hub);
    await (await fetch(weights)).text();
    const config = hub.publishOllama('library/tiny:q4', { layers: [], config: {} }).sha256['config'];
    await (await fetch(weights.replace(/sha256:.*/, `sha256:${config}`))).text();
    expect(hub.log.contentRequests()).toMatchObject([{ port: 'cdn', bytesSent: 12 }]);
  });

  it('moves a tag and keeps the previous blobs', async () => {
    const hub = await hubWithModel();
    const before = await weightsOf(hub);
    hub.publishOllama('library/tiny:latest', { layers: [{ kind: 'model', content: 'new' }], config: {} });
    expect(await weightsOf(hub)).not.toBe(before);
    expect(await (await fetch(before)).text()).toBe('GGUF weights');
  });
});

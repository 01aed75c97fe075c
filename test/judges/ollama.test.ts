import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { judgeHome } from '../helpers/judges/judges.ts';
import { type OllamaServer, startOllama } from '../helpers/judges/ollama-server.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyOllamaChat, tinyOllamaEmbedder, tinyOllamaVision } from '../hub/ollama/tiny-models.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const CHAT = tinyOllamaChat();

async function hubForJudge(): Promise<Hub> {
  const hub = await startHub({
    ollama: {
      'library/tiny:latest': CHAT,
      'library/tiny:q8': tinyOllamaChat({ name: 'q8' }),
      'library/embed:latest': tinyOllamaEmbedder(),
      'me/vision:7b': tinyOllamaVision(),
    },
  });
  onTestFinished(() => hub.close());
  return hub;
}

/** Pulls references into a store with rma. Returns its Ollama directory. */
async function pulled(hub: Hub, refs: readonly string[], root = judgeHome()): Promise<string> {
  const fetcher = testFetcher(root, hub.endpoint);
  const models = await Promise.all(refs.map((ref) => fetcher.resolve(ref)));
  const results = await fetcher.fetch(models);
  expect(results.map(({ state }) => state)).toEqual(refs.map(() => 'present'));
  return join(root, 'ollama');
}

/** Adopts a store of another program with rma. Returns bytes downloaded, content requests and the warm state. */
async function adoption(hub: Hub, ref: string, root: string) {
  const fetcher = testFetcher(root, hub.endpoint);
  const model = await fetcher.resolve(ref);
  hub.log.clear();
  const [result] = await fetcher.fetch([model]);
  expect(result).toMatchObject({ state: 'present' });
  const { state } = await fetcher.store.check(model);
  return { fetchedBytes: result?.fetchedBytes, requests: hub.log.contentRequests().length, state };
}

const answer = async (server: OllamaServer, model: string): Promise<unknown> =>
  server.post('/api/generate', { model, prompt: 'What is it?', stream: false });

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();

/** Checks that all blobs match their names, which Ollama itself does not do. */
function expectRightBlobs(ollama: string): void {
  const names = filesIn(join(ollama, 'blobs'));
  const hashOf = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(ollama, 'blobs', name)))
      .digest('hex');
  expect(names.map((name) => `sha256-${hashOf(name)}`)).toEqual(names);
}

/** Flips one bit in the weights, like a faulty disk. */
function damage(ollama: string, hub: Hub): string {
  const weights = hub.publishOllama('library/tiny:latest', CHAT).sha256['model'];
  const path = join(ollama, 'blobs', `sha256-${weights}`);
  const content = readFileSync(path);
  content[500_000] = (content[500_000] ?? 0) ^ 1;
  writeFileSync(path, content);
  return path;
}

describe('a model of the Hugging Face hub in the Ollama layout, read by a real Ollama server', () => {
  it('is listed, shown and run under its name hf.co/ORG/REPO:QUANT, and survives a restart', async () => {
    const files = { 'tiny-Q4_K_M.gguf': tinyGguf(), 'tiny-Q8_0.gguf': tinyGguf({ name: 'q8' }) };
    const hub = await startHub({ repos: { 'me/Tiny-GGUF': { files } } });
    onTestFinished(() => hub.close());
    const store = await pulled(hub, ['ollama:hf.co/me/Tiny-GGUF:Q4_K_M', 'hf.co/me/Tiny-GGUF:q8_0']);
    expect(filesIn(join(store, 'manifests'))).toEqual([
      'hf.co/me/Tiny-GGUF/Q4_K_M',
      'hf.co/me/Tiny-GGUF/q8_0',
    ]);
    // a start without OLLAMA_NOPRUNE removes unreferenced blobs
    for (const _ of ['first', 'second']) {
      const server = await startOllama(store);
      const { stdout } = await server.ollama('list');
      expect(stdout).toMatch(/^hf\.co\/me\/Tiny-GGUF:Q4_K_M\s/m);
      expect(stdout).toMatch(/^hf\.co\/me\/Tiny-GGUF:q8_0\s/m);
      const shown = await server.ollama('show', 'hf.co/me/Tiny-GGUF:Q4_K_M');
      expect(shown.stdout).toMatch(/architecture\s+llama/);
      expect(await server.ollama('run', 'hf.co/me/Tiny-GGUF:Q4_K_M', 'What is it?')).toMatchObject({
        code: 0,
      });
      await server.stop();
    }
    expectRightBlobs(store);
  });
});

describe('a store of rma, read by a real Ollama server', () => {
  it('[req R04] [req T1] is listed, shown and served read-only as another user, with valid blobs', async () => {
    const hub = await hubForJudge();
    const store = await pulled(hub, ['ollama:tiny', 'ollama:tiny:q8', 'ollama:embed', 'ollama:me/vision:7b']);
    chmodSync(join(store, '..'), 0o755);
    const server = await startOllama(store, { asNobody: true, env: { OLLAMA_NOPRUNE: '1' } });

    const { stdout } = await server.ollama('list');
    const names = stdout.split('\n').map((line) => line.split(/\s+/)[0]);
    expect(names).toEqual(expect.arrayContaining(['tiny:latest', 'tiny:q8', 'embed:latest', 'me/vision:7b']));
    const manifest = readFileSync(join(store, 'manifests/registry.ollama.ai/library/tiny/latest'));
    const id = createHash('sha256').update(manifest).digest('hex').slice(0, 12);
    expect(stdout).toMatch(new RegExp(`^tiny:latest\\s+${id}\\s`, 'm'));

    const shown = await server.ollama('show', 'tiny');
    expect(shown.stdout).toMatch(/architecture\s+llama/);
    expect(shown.stdout).toContain('You answer in short words.');
    expect((await server.ollama('show', 'me/vision:7b')).stdout).toMatch(/Projector/);

    const run = await server.ollama('run', 'tiny', 'What is it?');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout.trim()).toMatch(/[a-z]{2,}/);
    expect(await server.get('/api/ps')).toMatchObject({ models: [{ name: 'tiny:latest' }] });
    expect(await answer(server, 'me/vision:7b')).toMatchObject({
      response: expect.stringMatching(/[a-z]{2,}/),
    });
    const { embeddings } = (await server.post('/api/embed', { model: 'embed', input: 'a text' })) as {
      embeddings: number[][];
    };
    expect(embeddings[0]).toHaveLength(64);
    expectRightBlobs(store);
  });

  it('shows each model under the same name as rma', async () => {
    const hub = await hubForJudge();
    const store = await pulled(hub, [
      'ollama:tiny',
      'ollama:me/vision:7b',
      `ollama:127.0.0.1:${hub.port}/tiny:q8`,
    ]);
    const server = await startOllama(store);
    const { data } = (await server.get('/v1/models')) as { data: { id: string }[] };
    expect(data.map(({ id }) => id).sort()).toEqual(
      [`127.0.0.1:${hub.port}/library/tiny:q8`, 'me/vision:7b', 'tiny:latest'].sort(),
    );
  });

  it('survives the cleanup of unused blobs at server start', async () => {
    const hub = await hubForJudge();
    const store = await pulled(hub, ['ollama:tiny', 'ollama:embed']);
    const copy = join(judgeHome(), 'models');
    cpSync(store, copy, { recursive: true });
    const stray = join(copy, 'blobs', `sha256-${'a'.repeat(64)}`);
    writeFileSync(stray, 'stray');
    for (const name of filesIn(copy)) utimesSync(join(copy, name), 1, 1);
    const server = await startOllama(copy);
    expect(existsSync(stray)).toBe(false);
    expect(filesIn(copy)).toEqual(filesIn(store));
    expect(await answer(server, 'tiny')).toMatchObject({ done: true });
    expectRightBlobs(copy);
  });

  it('shows a model that is added while the server is running', async () => {
    const hub = await hubForJudge();
    const root = judgeHome();
    const server = await startOllama(await pulled(hub, ['ollama:embed'], root), {
      env: { OLLAMA_NOPRUNE: '1' },
    });
    expect((await server.ollama('list')).stdout).not.toContain('tiny');
    await pulled(hub, ['ollama:tiny'], root);
    expect((await server.ollama('list')).stdout).toContain('tiny:latest');
    expect(await answer(server, 'tiny')).toMatchObject({ done: true });
  });

  it('is complete for ollama pull', async () => {
    const hub = await hubForJudge();
    const name = `127.0.0.1:${hub.port}/library/tiny`;
    const server = await startOllama(await pulled(hub, [`ollama:${name}`]));
    hub.log.clear();
    expect(await server.ollama('pull', '--insecure', `http://${name}`)).toMatchObject({ code: 0 });
    expect(hub.log.contentRequests()).toEqual([]);
  });
});

describe('a store of a real Ollama', () => {
  /** Pulls a model into a new store with Ollama. */
  async function ollamaStore(hub: Hub) {
    const root = judgeHome();
    const store = join(root, 'ollama');
    const server = await startOllama(store);
    const name = `127.0.0.1:${hub.port}/library/tiny`;
    expect(await server.ollama('pull', '--insecure', `http://${name}`)).toMatchObject({ code: 0 });
    expect(await server.ollama('cp', name, 'tiny')).toMatchObject({ code: 0 });
    return { root, store, server, name };
  }

  it('is adopted without a content request, for a custom and the default registry', async () => {
    const hub = await hubForJudge();
    const { root, store, name } = await ollamaStore(hub);
    for (const ref of [`ollama:${name}`, 'ollama:tiny']) {
      expect(await adoption(hub, ref, root)).toEqual({ fetchedBytes: 0, requests: 0, state: 'present' });
    }
    expectRightBlobs(store);
  });

  it('[fail C4] with a corrupt blob is repaired by rma, but not by ollama pull', async () => {
    const hub = await hubForJudge();
    const { root, store, server, name } = await ollamaStore(hub);
    const path = damage(store, hub);
    expect(await server.ollama('pull', '--insecure', `http://${name}`)).toMatchObject({ code: 0 });
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).not.toBe(path.slice(-64));
    expect(await adoption(hub, 'ollama:tiny', root)).toEqual({
      fetchedBytes: statSync(path).size,
      requests: 1,
      state: 'present',
    });
    expectRightBlobs(store);
  });

  it('[req R04] has no model in a directory models/NAME, as shown in some guides, for rma or Ollama', async () => {
    const hub = await hubForJudge();
    const root = judgeHome();
    const store = join(root, 'ollama');
    mkdirSync(join(store, 'models/tiny'), { recursive: true });
    mkdirSync(join(store, 'manifests'));
    const { content } = CHAT.layers[0]!;
    writeFileSync(join(store, 'models/tiny/model.gguf'), content as Uint8Array);
    const fetcher = testFetcher(root, hub.endpoint);
    const model = await fetcher.resolve('ollama:tiny');
    expect(await fetcher.store.check(model)).toMatchObject({ state: 'missing' });
    const server = await startOllama(store);
    expect(await server.get('/api/tags')).toEqual({ models: [] });
  });
});

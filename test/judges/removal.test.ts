import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFilledByHf, storeWithOllamaModels } from '../helpers/judges/filled-by-others.ts';
import { startOllama } from '../helpers/judges/ollama-server.ts';
import { testStore } from '../helpers/store/store-fixture.ts';

/** Removes the models with this first reference. */
async function remove(root: string, reference: string) {
  const store = testStore(root);
  const paths = (await store.inventory()).models
    .filter(({ references }) => references[0] === reference)
    .map(({ path }) => path);
  expect(paths).toHaveLength(1);
  const { signal } = new AbortController();
  return store.remove(paths, { force: false, onWait: () => undefined, signal });
}

describe.each(['hf1', 'hf2'] as const)('a cache that the real %s filled', (judge) => {
  it('is listed as it lists it, and stays correct for it after a removal', async () => {
    const { root, hf } = await cacheFilledByHf(judge);
    const { models, orphans, unknown } = await testStore(root).inventory();
    expect(models.map(({ references: [first], missing }) => [first, missing])).toEqual([
      ['hf:org/model', []],
      ['hf:org/model@v1.0', []],
      ['hf:org/other', []],
    ]);
    expect([orphans, unknown]).toEqual([[], []]);
    const before = await hf('cache', 'ls', '--revisions');
    for (const { commit } of models) expect(before.stdout).toContain(commit?.slice(0, 8));

    expect(await remove(root, 'hf:org/model')).toMatchObject({ keptBytes: 300_000 });
    await remove(root, 'hf:org/other');
    const after = await hf('cache', 'ls', '--revisions');
    expect(after).toMatchObject({ code: 0 });
    expect(after.stdout).toContain('org/model');
    expect(after.stdout).not.toContain('org/other');
    expect(after.stdout).not.toContain(models[0]?.commit?.slice(0, 8));
    const strict = ['--fail-on-missing-files', '--fail-on-extra-files'];
    expect(await hf('cache', 'verify', 'org/model', '--revision', 'v1.0', ...strict)).toMatchObject({
      code: 0,
    });
  });
});

it('a running Ollama server no longer lists a removed model, and still runs one that shared its blobs', async () => {
  const root = await storeWithOllamaModels();
  const server = await startOllama(join(root, 'ollama'), { env: { OLLAMA_NOPRUNE: '1' } });
  expect(await remove(root, 'ollama:tiny')).toMatchObject({ freedBytes: 0, contents: [] });
  await remove(root, 'ollama:embed');
  const { stdout } = await server.ollama('list');
  expect(stdout).toContain('tiny:copy');
  expect(stdout).not.toMatch(/tiny:latest|embed/);
  const answer = await server.post('/api/generate', {
    model: 'tiny:copy',
    prompt: 'What is it?',
    stream: false,
  });
  expect(answer).toMatchObject({ done: true });
  expect(await testStore(root).inventory()).toMatchObject({ orphans: [], unknown: [] });
});

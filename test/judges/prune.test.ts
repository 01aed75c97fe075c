import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../src/core/cache/policy.ts';
import { cacheFilledByHf, storeWithOllamaModels } from '../helpers/judges/filled-by-others.ts';
import { runJudge } from '../helpers/judges/judges.ts';
import { startOllama } from '../helpers/judges/ollama-server.ts';
import { clockAhead, KEEP_30_DAYS, noWait, setAge, testCache } from '../helpers/store/cache-fixture.ts';
import { testStore } from '../helpers/store/store-fixture.ts';

/** A snapshot, without a hub: prints its directory. */
const SNAPSHOT = [
  'import sys',
  'from huggingface_hub import snapshot_download',
  'print(snapshot_download(sys.argv[1], revision=sys.argv[2]))',
].join('\n');

const namesOf = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name);

/** Makes all content of a store look old. */
function ageAll(root: string, folder: string): void {
  const blobs = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.endsWith('/blobs'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  setAge(root, 40, ...blobs);
}

describe.each(['hf1', 'hf2'] as const)('a cache that the real %s filled', (judge) => {
  it('[fail U3] is listed and verified by it after a prune, an undo and a deletion', async () => {
    const { root, env, hf } = await cacheFilledByHf(judge);
    const offline = async (repo: string, revision: string) =>
      (await runJudge(judge, ['python', '-c', SNAPSHOT, repo, revision], { ...env, HF_HUB_OFFLINE: '1' }))
        .code;
    ageAll(root, 'huggingface/hub');
    const store = testStore(root);
    await store.prepare();
    await store.recordNeeds({
      host: 'box',
      project: 'demo',
      profile: 'chat',
      refs: ['hf:org/model'],
      commits: { 'hf:org/model': (await store.inventory()).models[0]?.commit ?? '' },
    });
    const verified = async (repo: string, ...args: readonly string[]) =>
      (await hf('cache', 'verify', repo, ...args, '--fail-on-missing-files', '--fail-on-extra-files')).code;

    const { marked } = await testCache(root).prune(KEEP_30_DAYS, noWait);
    expect(namesOf(marked).sort()).toEqual(['hf:org/model@v1.0', 'hf:org/other']);
    const listed = await hf('cache', 'ls', '--revisions');
    expect(listed.stdout).not.toContain('org/other');
    expect(await verified('org/model')).toBe(0);
    expect([await offline('org/model', 'main'), await offline('org/other', 'main')]).toEqual([0, 1]);

    await testCache(root).undo([], noWait);
    expect(await verified('org/other')).toBe(0);
    expect(await verified('org/model', '--revision', 'v1.0')).toBe(0);
    expect([await offline('org/model', 'v1.0'), await offline('org/other', 'main')]).toEqual([0, 0]);

    await testCache(root).prune(KEEP_30_DAYS, noWait);
    const { deleted } = await testCache(root, { clock: clockAhead(2) }).prune(DEFAULT_POLICY, noWait);
    expect(deleted).toHaveLength(2);
    expect(await verified('org/model')).toBe(0);
    expect(await offline('org/model', 'main')).toBe(0);
    expect((await hf('cache', 'ls')).stdout).not.toContain('org/other');
  });
});

it('a real Ollama server starts with its own prune on a pruned store, and runs what is left and what was restored', async () => {
  const root = await storeWithOllamaModels();
  const store = testStore(root);
  await store.recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['ollama:tiny:copy'] });
  const later = () => testCache(root, { clock: clockAhead(31) });
  expect(namesOf((await later().prune(KEEP_30_DAYS, noWait)).marked)).toEqual([
    'ollama:embed',
    'ollama:tiny',
  ]);
  const run = async (model: string) => {
    const server = await startOllama(join(root, 'ollama'));
    const { stdout } = await server.ollama('list');
    const answer = await server.post('/api/generate', { model, prompt: 'What is it?', stream: false });
    expect(answer).toMatchObject({ done: true });
    await server.stop();
    return stdout;
  };
  const listed = await run('tiny:copy');
  expect(listed).toContain('tiny:copy');
  expect(listed).not.toMatch(/tiny:latest|embed/);
  await later().undo([], noWait);
  expect(await run('tiny')).toMatch(/embed/);
  expect((await store.inventory()).models.flatMap(({ missing }) => missing)).toEqual([]);
});

import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { startOllama } from '../helpers/judges/ollama-server.ts';
import { importAll, stateOf } from '../helpers/store/import-fixture.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { patternContent } from '../hub/content.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyOllamaChat } from '../hub/ollama/tiny-models.ts';

const files = {
  'config.json': '{}',
  'model.safetensors': { content: patternContent(300_000), lfs: true },
  'sub/notes.txt': 'notes',
};

/** Pulls models with rma, and expects that no content is requested. */
async function expectNothingFetched(hub: Hub, root: string, refs: readonly string[]) {
  hub.log.clear();
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of refs)
    expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([{ state: 'present' }]);
  expect(hub.log.contentRequests()).toEqual([]);
}

describe.each(['hf1', 'hf2'] as const)('a cache that the real %s filled', (judge) => {
  it('is imported without a byte from the hub, and the import is right for it offline', async () => {
    const hub = await startHub({
      repos: {
        'org/model': {
          files,
          revisions: { 'v1.0': { kind: 'tag', files: { ...files, 'config.json': '{"v": 1}' } } },
        },
        'org/part': { files },
      },
    });
    onTestFinished(() => hub.close());
    const [other, root] = [judgeHome(), judgeHome()];
    const env = { HOME: other, HF_HOME: other, HF_ENDPOINT: hub.endpoint };
    for (const args of [['org/model'], ['org/model', '--revision', 'v1.0'], ['org/part', 'config.json']])
      expect(await runJudge(judge, ['hf', 'download', ...args], env)).toMatchObject({ code: 0 });
    const before = stateOf(other);
    const outcomes = await importAll(root, other);
    expect(outcomes.map(({ ref, state }) => [ref, state])).toEqual([
      ['hf:org/model', 'imported'],
      ['hf:org/model@v1.0', 'imported'],
      ['hf:org/part', 'imported'],
    ]);
    expect(outcomes.every(({ placed }) => placed.copied === 0)).toBe(true);
    expect(stateOf(other)).toBe(before);
    await expectNothingFetched(hub, root, ['hf:org/model', 'hf:org/model@v1.0', 'hf:org/part:config.json']);

    const offline = {
      HOME: root,
      HF_HOME: join(root, 'huggingface'),
      HF_HUB_OFFLINE: '1',
      HF_ENDPOINT: hub.endpoint,
    };
    for (const args of [['org/model'], ['org/model', '--revision', 'v1.0'], ['org/part', 'config.json']])
      expect(await runJudge(judge, ['hf', 'download', ...args], offline)).toMatchObject({ code: 0 });
    const online = { ...offline, HF_HUB_OFFLINE: '0' };
    const strict = ['--fail-on-missing-files', '--fail-on-extra-files'];
    expect(await runJudge(judge, ['hf', 'cache', 'verify', 'org/model', ...strict], online)).toMatchObject({
      code: 0,
    });
  });
});

it('a store that a real Ollama filled is imported without a byte from the registry, and another Ollama runs the model', async () => {
  const hub = await startHub({ ollama: { 'library/tiny:latest': tinyOllamaChat() } });
  onTestFinished(() => hub.close());
  const [other, root] = [judgeHome(), judgeHome()];
  const first = await startOllama(join(other, 'models'));
  const host = new URL(hub.endpoint).host;
  expect(await first.ollama('pull', '--insecure', `${hub.endpoint}/library/tiny`)).toMatchObject({ code: 0 });
  await first.stop();
  const before = stateOf(other);
  const outcomes = await importAll(root, other);
  expect(outcomes).toMatchObject([{ state: 'imported', placed: { copied: 0 } }]);
  expect(outcomes[0]?.ref).toContain(host);
  expect(stateOf(other)).toBe(before);
  await expectNothingFetched(hub, root, [outcomes[0]?.ref ?? '']);
  // its start-up prune included
  const second = await startOllama(join(root, 'ollama'));
  const { stdout } = await second.ollama('list');
  expect(stdout).toContain('tiny:latest');
  const model = `${host}/library/tiny`;
  expect(await second.post('/api/generate', { model, prompt: 'What is it?', stream: false })).toMatchObject({
    done: true,
  });
});

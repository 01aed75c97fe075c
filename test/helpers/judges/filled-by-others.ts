import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { patternContent } from '../../hub/content.ts';
import { startHub } from '../../hub/hub.ts';
import { tinyOllamaChat, tinyOllamaEmbedder } from '../../hub/ollama/tiny-models.ts';
import { testFetcher } from '../store/store-fixture.ts';
import { type JudgeResult, judgeHome, runJudge } from './judges.ts';

const files = {
  'config.json': '{}',
  'model.safetensors': { content: patternContent(300_000), lfs: true },
};

export interface FilledCache {
  /** directory of the store */
  readonly root: string;
  /** environment of programs that use it */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `hf` on it. */
  readonly hf: (...args: readonly string[]) => Promise<JudgeResult>;
}

/** Returns a cache that the real hf filled for a test: `org/model` by branch and by the tag `v1.0`, and `org/other`. */
export async function cacheFilledByHf(judge: 'hf1' | 'hf2'): Promise<FilledCache> {
  const revisions = { 'v1.0': { kind: 'tag' as const, files: { ...files, 'config.json': '{"v": 1}' } } };
  const hub = await startHub({ repos: { 'org/model': { files, revisions }, 'org/other': { files } } });
  onTestFinished(() => hub.close());
  const root = judgeHome();
  const env = { HOME: root, HF_HOME: join(root, 'huggingface'), HF_ENDPOINT: hub.endpoint };
  const hf = async (...args: readonly string[]) => runJudge(judge, ['hf', ...args], env);
  for (const args of [['org/model'], ['org/model', '--revision', 'v1.0'], ['org/other']])
    expect(await hf('download', ...args)).toMatchObject({ code: 0 });
  return { root, env, hf };
}

/** Returns a store with `ollama:tiny`, `ollama:tiny:copy`, which shares its blobs, and `ollama:embed` for a test. */
export async function storeWithOllamaModels(): Promise<string> {
  const hub = await startHub({
    ollama: {
      'library/tiny:latest': tinyOllamaChat(),
      'library/tiny:copy': tinyOllamaChat(),
      'library/embed:latest': tinyOllamaEmbedder(),
    },
  });
  onTestFinished(() => hub.close());
  const root = judgeHome();
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of ['ollama:tiny', 'ollama:tiny:copy', 'ollama:embed'])
    expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([{ state: 'present' }]);
  return root;
}

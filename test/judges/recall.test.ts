import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { patternContent } from '../hub/content.ts';
import { startHub } from '../hub/hub.ts';

const files = {
  'config.json': '{"model_type": "llama"}\n',
  'README.md': '# a model\n',
  'model.safetensors': { content: patternContent(300_000), lfs: true },
  'tokenizer/vocab.txt': 'a\nb\n',
};

describe.each(['hf1', 'hf2'] as const)('a cache that the real %s filled', (judge) => {
  /** Downloads with the real client, then stops the hub. */
  async function filled(...selected: readonly string[]) {
    const hub = await startHub({ repos: { 'Org/Model': { files } } });
    let isOpen = true;
    const close = async () => {
      if (isOpen) await hub.close();
      isOpen = false;
    };
    onTestFinished(close);
    const root = judgeHome();
    const env = { HOME: root, HF_HOME: join(root, 'huggingface'), HF_ENDPOINT: hub.endpoint };
    const result = await runJudge(judge, ['hf', 'download', 'Org/Model', ...selected], env);
    expect(result).toMatchObject({ code: 0 });
    await close();
    return testFetcher(root, hub.endpoint);
  }

  it('[case F14] [case F15] is recalled as a whole, and adopted without a hub', async () => {
    const fetcher = await filled();
    for (const ref of ['hf:Org/Model', 'hf:org/model', 'hf:Org/Model:*.json']) {
      const recalled = await fetcher.store.recall(ref);
      expect(recalled).toMatchObject({ missing: [], model: { ref, repo: 'Org/Model' } });
      expect(recalled?.model.files).toHaveLength(ref.endsWith('.json') ? 1 : 4);
      const results = await fetcher.fetch([recalled!.model]);
      expect(results).toMatchObject([{ state: 'present', fetchedBytes: 0 }]);
    }
  });

  it('[case F14] is not taken for the whole repository if it has a part', async () => {
    const { store } = await filled('config.json');
    expect(await store.recall('hf:Org/Model:config.json')).toMatchObject({ missing: [] });
    for (const ref of ['hf:Org/Model', 'hf:Org/Model:*.safetensors']) {
      const recalled = await store.recall(ref);
      expect(recalled === null || recalled.missing.length > 0).toBe(true);
    }
  });
});

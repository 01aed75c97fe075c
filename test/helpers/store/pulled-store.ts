import { expect } from 'vitest';
import { hubForTest } from '../../adapters/hub-server/hub-fixture.ts';
import type { Hub } from '../../hub/hub.ts';
import { tinyOllamaChat } from '../../hub/ollama/tiny-models.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';
import { tinySafetensors } from '../../standins/tiny-safetensors.ts';
import { testFetcher } from './store-fixture.ts';

export const GGUF = Buffer.from(tinyGguf());
export const WEIGHTS = tinySafetensors();
/** Directory of `hf:org/name` in a store. */
export const HUB_CACHE = 'huggingface/hub/models--org--name';

/** Starts a hub with one model of each source; its repositories are on ModelScope too. */
export function hubOfAll(): Promise<Hub> {
  return hubForTest({
    repos: {
      'org/name': {
        files: { 'config.json': '{}', 'model.safetensors': { content: WEIGHTS, lfs: true } },
      },
    },
    ollama: { 'library/tiny:latest': tinyOllamaChat() },
    files: { 'x.gguf': GGUF },
  });
}

/** Downloads models to a store, and forgets the requests for them. */
export async function pullInto(root: string, hub: Hub, refs: readonly string[]): Promise<void> {
  const fetcher = testFetcher(root, hub.endpoint);
  for (const ref of refs)
    expect(await fetcher.fetch([await fetcher.resolve(ref)])).toMatchObject([{ state: 'present' }]);
  hub.log.clear();
}

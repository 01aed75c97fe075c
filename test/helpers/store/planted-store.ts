import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FetchResult } from '../../../src/app/fetch/fetch-result.ts';
import { toErrorDocument } from '../../../src/core/errors.ts';
import { startHub } from '../../hub/hub.ts';
import { JumpingClock } from '../clock/jumping-clock.ts';
import { tempFolder } from '../files/temp-folder.ts';
import { testFetcher, testStore } from './store-fixture.ts';

const WEIGHTS = 'weights '.repeat(1000);
const FILES = { 'config.json': '{}\n', 'model.safetensors': { content: WEIGHTS, lfs: true } };
const REFS = { hf: 'hf:org/tiny', ms: 'ms:org/tiny', ollama: 'ollama:tiny' } as const;
const WORKER = { host: 'box', project: 'demo', profile: 'chat', refs: [] };

export type StoreKind = keyof typeof REFS;

export interface PlantedStore {
  readonly root: string;
  /** an empty directory that is not in the store */
  readonly outside: string;
  /** Returns the path of a name in the store; `{commit}` and `{blob}` (of the largest file) are filled in. */
  at(path: string): string;
  /** Runs everything that a worker does with a store. Returns `healed` if it is complete then, else the code of the error. */
  use(): Promise<string>;
}

/** Returns a store with one complete model of a source. */
export async function filledStore(kind: StoreKind): Promise<PlantedStore> {
  const hub = await startHub({
    repos: { 'org/tiny': { files: FILES } },
    ollama: { 'library/tiny:latest': { layers: [{ kind: 'model', content: WEIGHTS }], config: {} } },
  });
  onTestFinished(() => hub.close());
  const [root, outside] = [tempFolder(), tempFolder()];
  const store = testStore(root, { clock: new JumpingClock() });
  const fetcher = testFetcher(root, hub.endpoint, { store });
  const model = await fetcher.resolve(REFS[kind]);
  const run = async (): Promise<FetchResult | undefined> => {
    await store.prepare();
    await store.recordNeeds(WORKER);
    // a complete model needs no lease
    const lease = await store.lease(model, () => undefined, new AbortController().signal);
    await lease.release();
    return (await fetcher.fetch([model]))[0];
  };
  const first = await run();
  if (first?.state !== 'present') throw new Error('the store is not complete');
  const largest = model.files.reduce((one, two) => (one.bytes > two.bytes ? one : two));
  const names = { commit: 'commit' in model ? String(model['commit']) : '', blob: largest.digest?.hex ?? '' };
  return {
    root,
    outside,
    at: (path) => join(root, path.replace('{commit}', names.commit).replace('{blob}', names.blob)),
    use: async () => {
      try {
        const result = await run();
        if (result?.state === 'failed') return toErrorDocument(result.error).code;
        return (await store.check(model)).state === 'present' ? 'healed' : 'incomplete';
      } catch (error) {
        return toErrorDocument(error).code;
      }
    },
  };
}

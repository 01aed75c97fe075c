import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import type { FetchResult } from '../../../src/app/fetch/fetch-result.ts';
import { hubForTest } from '../../adapters/hub-server/hub-fixture.ts';
import type { FileSpecs } from '../../hub/repos.ts';
import { testFetcher } from './store-fixture.ts';

const SHARED = { 'model.safetensors': { content: 'weights '.repeat(1000), lfs: true } };

/** Three versions of a repository, with changed, new and removed files. */
export const FIRST = { ...SHARED, 'config.json': '{"v": 1}\n', 'first.txt': 'first\n' } satisfies FileSpecs;
export const SECOND = {
  ...SHARED,
  'config.json': '{"v": 2}\n',
  'second.txt': 'second\n',
} satisfies FileSpecs;
export const THIRD = { ...SHARED, 'config.json': '{"v": 33}\n', 'sub/third.txt': '3\n' } satisfies FileSpecs;

/** Repositories as plain directories. */
export const DIRECTORIES = [
  { ref: 'hf:org/name#layout=plain', place: 'local/org/name' },
  { ref: 'ms:org/name', place: 'modelscope/org/name' },
];

/** Returns a pull of the repository in one of its versions to a store; null if the process died before a result. */
export async function pullOfVersions(ref: string) {
  const hub = await hubForTest({ repos: { 'org/name': { files: FIRST } } });
  return async (files: FileSpecs, root: string, disk: Disk = realDisk): Promise<FetchResult | null> => {
    hub.publish('org/name', { files });
    const fetcher = testFetcher(root, hub.endpoint, { disk });
    const model = await fetcher.resolve(ref);
    const [result = null] = await fetcher.fetch([model]).catch(() => []);
    return result;
  };
}

import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Disk } from '../../../src/adapters/store/disk/disk.ts';
import { startHub } from '../../hub/hub.ts';
import type { FileSpecs } from '../../hub/repos.ts';
import { tempFolder } from '../files/temp-folder.ts';
import { testFetcher } from './store-fixture.ts';

/** The first content of the repository. */
export const FILES = {
  'config.json': '{"v": 1}\n',
  'empty.txt': '',
  'model.safetensors': { content: 'weights '.repeat(1000), lfs: true },
  'copy/model.safetensors': { content: 'weights '.repeat(1000), lfs: true },
  'old.txt': 'only in the first version\n',
} satisfies FileSpecs;
const { 'old.txt': _, ...KEPT } = FILES;
/** The next content of the repository. */
export const NEXT = { ...KEPT, 'config.json': '{"v": 2}\n', 'new.txt': 'new\n' } satisfies FileSpecs;

/** Creates a hub with one repository, a store and a fetcher. */
export async function setUpMs(options: { disk?: Disk; repo?: string } = {}) {
  const { repo = 'org/na.me', ...rest } = options;
  const hub = await startHub({ repos: { [repo]: { files: FILES } } });
  onTestFinished(() => hub.close());
  const root = tempFolder();
  const folder = join(root, 'modelscope', repo);
  const fetcher = testFetcher(root, hub.endpoint, rest);
  const fetch = async (ref = `ms:${repo}`) => (await fetcher.fetch([await fetcher.resolve(ref)]))[0];
  const check = async (ref = `ms:${repo}`) => fetcher.store.check(await fetcher.resolve(ref));
  const contents = () => hub.log.contentRequests().length;
  const publish = (files: FileSpecs) => hub.publish(repo, { files });
  return { hub, root, folder, fetch, check, contents, publish };
}

/** Returns the files below a directory, sorted. */
export function filesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

/** Writes the files of the repository like another tool. */
export function writeFiles(folder: string, files: FileSpecs = FILES): void {
  for (const [path, spec] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof spec === 'string' ? spec : 'weights '.repeat(1000));
  }
}

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Disk } from '../../../src/adapters/store/disk/disk.ts';
import type { DoclingRelease } from '../../../src/core/source/docling/releases.ts';
import { type Hub, startHub } from '../../hub/hub.ts';
import type { FileSpecs, RepoSpec } from '../../hub/repos.ts';
import { tempFolder } from '../files/temp-folder.ts';
import { zipArchive } from '../files/zip-archive.ts';
import { contentAt } from './docling-hashes.ts';
import { testFetcher } from './store-fixture.ts';

/** Returns the archive of an EasyOCR model. */
export function easyOcrArchive(url: string, file: string): Buffer {
  return zipArchive([{ name: file, content: contentAt(url) }]);
}

/** Returns everything that the bundles of a release consist of, for the test hub. */
export function doclingContents({ models }: DoclingRelease) {
  const repos: Record<string, RepoSpec> = {};
  const assets: Record<string, FileSpecs[string]> = {};
  for (const part of Object.values(models).flat()) {
    if (part.kind === 'repository') {
      const files = filesOf(part.repo);
      repos[part.repo] = { files, revisions: { [part.revision]: { files, kind: 'tag' } } };
      continue;
    }
    const path = new URL(part.url).pathname.slice(1);
    assets[path] = part.kind === 'file' ? contentAt(part.url) : easyOcrArchive(part.url, part.file);
  }
  return { repos, assets };
}

/** Returns the files of a repository: weights in two formats, of which docling downloads both. */
export function filesOf(repo: string): FileSpecs {
  return {
    '.gitattributes': '*.safetensors filter=lfs\n',
    'config.json': `{"repo": "${repo}"}\n`,
    'model.safetensors': { content: `weights of ${repo}\n`.repeat(300), lfs: true },
    'onnx/model.onnx': { content: `the same weights of ${repo}\n`.repeat(300), lfs: true },
    'sub/dir/notes.txt': 'notes\n',
  };
}

/** Starts a hub with all models of a release. */
export async function startDoclingHub(release: DoclingRelease): Promise<Hub> {
  const hub = await startHub(doclingContents(release));
  onTestFinished(() => hub.close());
  return hub;
}

/** Creates a store and a fetcher for a hub. */
export function doclingStore(hub: Hub, options: { readonly disk?: Disk } = {}) {
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint, options);
  const fetch = async (...refs: string[]) => {
    const models = [];
    for (const ref of refs) models.push(await fetcher.resolve(ref));
    return fetcher.fetch(models);
  };
  return { root, folder: join(root, 'docling'), fetcher, store: fetcher.store, fetch };
}

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Disk, realDisk } from '../../src/adapters/store/disk/disk.ts';
import { ContentBuffers } from '../../src/adapters/store/transfer/content-buffers.ts';
import { PartFile } from '../../src/adapters/store/transfer/part-file.ts';
import { SyncQueue } from '../../src/adapters/store/transfer/sync-queue.ts';
import { WholeFile } from '../../src/adapters/store/transfer/whole-file.ts';
import { fetchModels } from '../../src/app/fetch/fetch-models.ts';
import type { FetchResult } from '../../src/app/fetch/fetch-result.ts';
import type { PinnedModel } from '../../src/core/domain/pinned-model.ts';
import { gapsOf } from '../../src/core/store/range-set.ts';
import type { ModelSource } from '../../src/ports/model-source.ts';
import type { Transfer } from '../../src/ports/transfer.ts';
import { JumpingClock } from '../helpers/clock/jumping-clock.ts';
import { quickFolder } from '../helpers/files/temp-folder.ts';
import { faultyDisk } from '../helpers/store/faulty-disk.ts';
import { gitSha1, sha256 } from '../helpers/store/model-server.ts';
import { testStore, testUses } from '../helpers/store/store-fixture.ts';

const commit = 'c0ffee'.padEnd(40, '0');
const contents = new Map([
  ['config.json', Buffer.from('{}\n')],
  ['model.safetensors', Buffer.alloc(70_000, 'w')],
  ['sub/copy.safetensors', Buffer.alloc(70_000, 'w')],
  ['m.gguf', Buffer.alloc(50_000, 'GGUF')],
  ...['weights'.repeat(9000), 'free', '{}'].map((text) => [blobName(text), Buffer.from(text)] as const),
]);
const pin = (path: string, algorithm: 'sha256' | 'git-sha1') => {
  const content = contents.get(path)!;
  return {
    path,
    bytes: content.length,
    digest: { algorithm, hex: algorithm === 'sha256' ? sha256(content) : gitSha1(content) },
  };
};
const hfModel: PinnedModel = {
  source: 'hf',
  ref: 'hf:acme/tiny',
  repo: 'acme/tiny',
  revision: 'main',
  commit,
  complete: true,
  files: [
    pin('config.json', 'git-sha1'),
    pin('model.safetensors', 'sha256'),
    pin('sub/copy.safetensors', 'sha256'),
  ],
};
const plainModel: PinnedModel = { ...hfModel, source: 'plain', ref: 'hf:acme/tiny#layout=plain' };
const urlModel: PinnedModel = {
  source: 'url',
  ref: 'https://hub.test/m.gguf',
  url: 'https://hub.test/m.gguf',
  set: 'default',
  files: [pin('m.gguf', 'sha256')],
};
const openUrlModel: PinnedModel = { ...urlModel, files: [{ ...pin('m.gguf', 'sha256'), digest: null }] };
const ollamaModel: PinnedModel = {
  source: 'ollama',
  ref: 'ollama:tiny',
  registry: 'registry.ollama.ai',
  namespace: 'library',
  model: 'tiny',
  tag: 'latest',
  manifest: '{"schemaVersion":2}',
  files: [...contents.keys()].filter((path) => path.startsWith('sha256-')).map((path) => pin(path, 'sha256')),
};
const msModel: PinnedModel = {
  source: 'ms',
  ref: 'ms:acme/tiny',
  repo: 'acme/tiny',
  revision: 'master',
  complete: true,
  files: [
    pin('config.json', 'sha256'),
    pin('model.safetensors', 'sha256'),
    pin('sub/copy.safetensors', 'sha256'),
  ],
};
const sources: readonly ModelSource[] = (['hf', 'plain', 'url', 'ollama', 'ms'] as const).map((source) => ({
  source,
  resolve: () => Promise.reject(new Error('unused')),
  locate: (_, file) => ({ url: `memory:${file.path}`, authorization: null }),
}));

/** Downloads from memory into real part files, with the same disk operations as a real transfer. */
function memoryTransfer(disk: Disk): Transfer {
  return {
    unpack: () => Promise.reject(new Error('no archives')),
    fetch: async (job) => {
      const { slot, bytes, digest, signal } = job;
      const content = contents.get(job.location.url.slice('memory:'.length))!;
      const algorithm = digest?.algorithm ?? 'sha256';
      const file = { disk, slot, bytes, onReceived: () => undefined };
      const pace = { monotonic: () => 0, syncBytes: () => Number.MAX_SAFE_INTEGER };
      const options = { ...file, ...pace, algorithm, urlHost: 'memory', signal };
      const isWhole = slot.isWhole === true && digest !== null;
      const part = isWhole
        ? await WholeFile.open({ ...file, digest, syncs: new SyncQueue(), buffers: new ContentBuffers() })
        : await PartFile.open(options);
      try {
        for (const [from, to] of gapsOf(part.written, bytes))
          await part.write(from, [content.subarray(from, to)]);
        return { digest: { algorithm, hex: (await part.digest()) ?? '' }, pieces: part.pieces() };
      } finally {
        await part.close();
      }
    },
  };
}

function fetchAll(root: string, disk: Disk, model: PinnedModel): Promise<readonly FetchResult[]> {
  const clock = new JumpingClock();
  return fetchModels([model], {
    store: testStore(root, { disk, clock }),
    uses: testUses(root, { disk, clock }),
    sources,
    transfer: memoryTransfer(disk),
    clock,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

/** Checks that a plain directory is complete or missing. */
function expectWholeFolder(folder: string): void {
  for (const [path, content] of contents) {
    if (!existsSync(folder) || path === 'm.gguf' || path.startsWith('sha256-')) continue;
    expect(readFileSync(join(folder, path)).equals(content)).toBe(true);
  }
}

/** Checks that every file with a final name is complete and valid, and every link has a target. */
function expectSound(root: string): void {
  expectWholeFolder(join(root, 'modelscope/acme/tiny'));
  expectWholeFolder(join(root, 'local/acme/tiny'));
  const repo = join(root, 'huggingface/hub/models--acme--tiny');
  if (existsSync(repo)) {
    for (const blob of readdirSync(join(repo, 'blobs'))) {
      const content = readFileSync(join(repo, 'blobs', blob));
      expect([sha256(content), gitSha1(content)]).toContain(blob);
    }
    for (const ref of readdirSync(join(repo, 'refs'))) {
      expect(readFileSync(join(repo, 'refs', ref), 'utf8')).toBe(commit);
      expect(readdirSync(join(repo, 'snapshots'))).toEqual([commit]);
    }
    for (const [path, content] of contents) {
      const file = join(repo, 'snapshots', commit, path);
      if (existsSync(join(repo, 'snapshots', commit)) && hfModel.files.some((each) => each.path === path)) {
        expect(readFileSync(file).equals(content)).toBe(true);
      }
    }
    for (const tree of readdirSync(join(repo, 'trees')))
      JSON.parse(readFileSync(join(repo, 'trees', tree), 'utf8'));
  }
  expectSoundOllama(join(root, 'ollama'));
  const gguf = join(root, 'gguf/default/m.gguf');
  if (existsSync(gguf)) expect(readFileSync(gguf).equals(contents.get('m.gguf')!)).toBe(true);
}

/** Checks that blobs match their names, and that a manifest is complete and has all its blobs. */
function expectSoundOllama(folder: string): void {
  const files = (name: string) =>
    existsSync(join(folder, name))
      ? readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).filter((path) =>
          statSync(join(folder, name, path)).isFile(),
        )
      : [];
  const blobs = files('blobs');
  for (const name of blobs) expect(blobName(readFileSync(join(folder, 'blobs', name)))).toBe(name);
  const manifests = files('manifests');
  expect(['', 'registry.ollama.ai/library/tiny/latest']).toContain(manifests.join());
  for (const path of manifests) {
    expect(readFileSync(join(folder, 'manifests', path), 'utf8')).toBe('{"schemaVersion":2}');
    expect(blobs.sort()).toEqual(ollamaModel.files.map((file) => file.path).sort());
  }
}

/** Returns the model content in the staging area, without the small temporary files of leases and records. */
function stagedContent(root: string): readonly string[] {
  return readdirSync(join(root, '.rma/staging')).filter((name) => !/\.(lease|tmp)$/.test(name));
}

test.each([
  ['hf', 'the process dies', hfModel, true],
  ['hf', 'one step fails', hfModel, false],
  ['plain', 'the process dies', plainModel, true],
  ['plain', 'one step fails', plainModel, false],
  ['url', 'the process dies', urlModel, true],
  ['url', 'one step fails', urlModel, false],
  ['url without a hash', 'the process dies', openUrlModel, true],
  ['url without a hash', 'one step fails', openUrlModel, false],
  ['ollama', 'the process dies', ollamaModel, true],
  ['ollama', 'one step fails', ollamaModel, false],
  ['ms', 'the process dies', msModel, true],
  ['ms', 'one step fails', msModel, false],
] as const)(
  '[fail L6] [fail D2] %s: wherever %s, the store is consistent and the next run completes it',
  async (...[, , model, forever]) => {
    let reached = true;
    let points = 0;
    for (let at = 1; reached; at += 1) {
      const root = quickFolder();
      const { disk, failed } = faultyDisk(at, 'EIO', forever);
      const results = await fetchAll(root, disk, model).catch((error: unknown) => error);
      reached = failed() !== null;
      expectSound(root);
      const check = await testStore(root).check(model);
      const published = check.state === 'present';
      if (check.state === 'present') expect(check.missing).toEqual([]);
      if (!reached) expect(results).toMatchObject([{ state: 'present' }]);
      const again = await fetchAll(root, realDisk, model);
      expect(again, `after ${failed()} at step ${at}`).toMatchObject([{ state: 'present' }]);
      expectSound(root);
      expect(await testStore(root).check(model)).toMatchObject({ state: 'present' });
      if (!published) expect(stagedContent(root), `after ${failed()} at step ${at}`).toEqual([]);
      points = at;
    }
    expect(points).toBeGreaterThan(40);
  },
  120_000,
);

test('[fail D1] a full disk fails with exit code 5, keeps synced data, and the next run resumes', async () => {
  const root = quickFolder();
  let full = true;
  const disk: Disk = {
    ...realDisk,
    rename: (from, to) =>
      full && String(to).includes('/blobs/')
        ? Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'rename' }))
        : realDisk.rename(from, to),
  };
  expect(await fetchAll(root, disk, hfModel)).toMatchObject([
    { state: 'failed', error: { code: 'RMA_STORE_DISK_FULL', exitCode: 5 } },
  ]);
  const staging = join(root, '.rma/staging');
  const parts = readdirSync(staging, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.part'),
  );
  expect(parts.map((name) => statSync(join(staging, name)).size).sort()).toEqual([3, 70_000]);
  full = false;
  expect(await fetchAll(root, disk, hfModel)).toMatchObject([{ state: 'present' }]);
});

function blobName(content: Buffer | string): string {
  return `sha256-${sha256(Buffer.from(content))}`;
}

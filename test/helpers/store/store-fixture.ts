import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { FileModelStore } from '../../../src/adapters/store/file-model-store.ts';
import { HttpTransfer } from '../../../src/adapters/store/transfer/transfer.ts';
import { FileModelUses } from '../../../src/adapters/store/usage/file-model-uses.ts';
import { fetchModels } from '../../../src/app/fetch/fetch-models.ts';
import type { FetchResult } from '../../../src/app/fetch/fetch-result.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import type { ModelProgress } from '../../../src/core/domain/worker-status.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { ModelSource } from '../../../src/ports/model-source.ts';
import type { ModelStore } from '../../../src/ports/model-store.ts';
import type { Transfer } from '../../../src/ports/transfer.ts';
import type { ServedFile, ServedRepo } from './served.ts';
import { quick, testHttp } from './test-http.ts';
import { testSources } from './test-source.ts';

export function testStore(root: string, options: { disk?: Disk; clock?: Clock } = {}): FileModelStore {
  return new FileModelStore({ paths: storePaths(root, {}), clock: systemClock, ...options });
}

/** Returns the record of uses of a store. */
export function testUses(root: string, options: { disk?: Disk; clock?: Clock } = {}): FileModelUses {
  return new FileModelUses({ paths: storePaths(root, {}), clock: systemClock, ...options });
}

export interface TestFetcher {
  resolve(ref: string): Promise<PinnedModel>;
  fetch(models: readonly PinnedModel[], signal?: AbortSignal): Promise<readonly FetchResult[]>;
  readonly sources: readonly ModelSource[];
  readonly transfer: Transfer;
  readonly progress: ModelProgress[];
  readonly store: ModelStore;
}

export interface TestFetcherOptions {
  readonly disk?: Disk;
  readonly token?: string;
  readonly store?: ModelStore;
  readonly clock?: Clock;
  readonly stallMs?: number;
  /** default: 64 MiB */
  readonly pieceBytes?: number;
  /** default: 32 MiB */
  readonly syncBytes?: number;
}

/** Creates a fetcher for a store with real adapters. */
export function testFetcher(root: string, endpoint: string, options: TestFetcherOptions = {}): TestFetcher {
  const http = testHttp(options.stallMs);
  const disk = options.disk ?? realDisk;
  const sources = testSources({ endpoint, token: options.token ?? null });
  const store = options.store ?? testStore(root, { disk });
  const { clock = quick.clock, pieceBytes, syncBytes } = options;
  const transfer = new HttpTransfer({
    ...quick,
    http,
    disk,
    clock,
    ...(pieceBytes !== undefined && { pieceBytes }),
    ...(syncBytes !== undefined && { syncBytes }),
  });
  const progress: ModelProgress[] = [];
  return {
    progress,
    store,
    sources,
    transfer,
    resolve: (text) => {
      const ref = parseModelRef(text);
      const source = sources.find((each) => each.source === ref.source);
      return source === undefined ? Promise.reject(new Error(`no source of ${text}`)) : source.resolve(ref);
    },
    fetch: (models, signal = new AbortController().signal) =>
      fetchModels(models, {
        store,
        uses: testUses(root, { disk }),
        sources,
        transfer,
        clock: systemClock,
        signal,
        onProgress: (value) => progress.push(value),
      }),
  };
}

/** Returns a store whose file systems have as many bytes free as `freeBytes` returns. */
export function withFreeBytes(store: ModelStore, freeBytes: () => number): ModelStore {
  return new Proxy(store, {
    get: (target, key) => {
      if (key === 'freeBytes') return () => Promise.resolve(freeBytes());
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A small repository with plain and LFS files, a subdirectory, duplicate content and weights in another format. */
export function smallRepo(repo = 'acme/tiny', commit = 'c0ffee'.padEnd(40, '0')): ServedRepo {
  const weights = randomBytes(300_000);
  const file = (path: string, content: Buffer | string, lfs = false): ServedFile => ({
    path,
    content: Buffer.from(content),
    lfs,
  });
  return {
    repo,
    commit,
    files: [
      file('README.md', '# tiny\n'),
      file('config.json', '{"model_type": "tiny"}\n'),
      file('empty.txt', ''),
      file('model.safetensors', weights, true),
      file('sub/copy.safetensors', weights, true),
      file('sub/deeper/notes.txt', 'notes\n'),
    ],
  };
}

export function ggufContent(bytes = 100_000): Buffer {
  return Buffer.concat([Buffer.from('GGUF'), randomBytes(bytes - 4)]);
}

export function hubFolder(root: string, repo: string): string {
  return join(root, 'huggingface', 'hub', `models--${repo.replaceAll('/', '--')}`);
}

/** Returns the size of the longest partial file. */
export function writtenBytes(root: string): number {
  const sizes = partialFiles(root, '.part').map(
    (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
  );
  return Math.max(0, ...sizes);
}

/** Returns the synced bytes of the longest partial file, by its journal; other processes may be writing it. */
export function durableBytes(root: string): number {
  return Math.max(0, ...partialFiles(root, '.part.json').map(syncedBytes));
}

function partialFiles(root: string, suffix: string): readonly string[] {
  const staging = join(root, '.rma', 'staging');
  try {
    const names = readdirSync(staging, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith(suffix)).map((name) => join(staging, name));
  } catch {
    return [];
  }
}

function syncedBytes(journal: string): number {
  try {
    const { ranges } = JSON.parse(readFileSync(journal, 'utf8')) as { ranges: [number, number][] };
    return ranges[0]?.[1] ?? 0;
  } catch {
    return 0;
  }
}

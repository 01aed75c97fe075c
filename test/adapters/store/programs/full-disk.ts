// Runs an operation on a store whose file system becomes full at each of its steps in turn. Prints one line of JSON for each.
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Disk, realDisk } from '../../../../src/adapters/store/disk/disk.ts';
import { clockAhead, KEEP_30_DAYS, noWait, testCache } from '../../../helpers/store/cache-fixture.ts';
import { importAll } from '../../../helpers/store/import-fixture.ts';
import { testFetcher, testStore } from '../../../helpers/store/store-fixture.ts';
import { flipByte, problemsOf, repairStore, verifyStore } from '../../../helpers/store/verify-fixture.ts';

const [operation = '', mount = '', endpoint = ''] = process.argv.slice(2);
const HUB = 'huggingface/hub/models--org--name';
const ballast = join(mount, 'ballast');
const template = join(mount, 'template');
const other = join(mount, 'other/org/name');
const CHUNK = Buffer.alloc(16 * 1024 * 1024);

/** Uses all space, to the last page. */
function fill(): void {
  const file = openSync(ballast, 'a');
  try {
    for (let size = CHUNK.length; size >= 4096; ) {
      try {
        if (writeSync(file, CHUNK, 0, size) < size) size /= 2;
      } catch {
        size /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** A disk that is full before step `at`. */
function filling(at: number): { readonly disk: Disk; readonly reached: () => boolean } {
  let steps = 0;
  const disk = new Proxy(realDisk, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        steps += 1;
        if (steps === at) fill();
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { disk, reached: () => steps >= at };
}

async function pull(root: string, disk: Disk): Promise<string> {
  const fetcher = testFetcher(root, endpoint, { disk });
  const [result] = await fetcher.fetch([await fetcher.resolve('hf:org/name')]);
  return result?.state === 'failed' ? textOf(result.error) : 'done';
}

const OPERATIONS: Readonly<Record<string, (root: string, disk: Disk) => Promise<string>>> = {
  pull,
  repair: async (root, disk) => {
    const result = await repairStore(root, endpoint, { disk });
    const failed = result.problems.filter(({ outcome }) => outcome === 'failed');
    return failed.map(({ message }) => message).join() || (result.exitCode === 0 ? 'done' : 'incomplete');
  },
  import: async (root, disk) => {
    const outcomes = await importAll(root, dirname(dirname(other)), { disk });
    return outcomes.map((each) => (each.error === null ? 'done' : textOf(each.error))).join();
  },
  remove: async (root, disk) => {
    const store = testStore(root, { disk });
    const paths = (await store.inventory()).models.map(({ path }) => path);
    await store.remove(paths, { force: true, ...noWait });
    return 'done';
  },
  mark: (root, disk) => prune(root, disk, 40),
  delete: (root, disk) => prune(root, disk, 80),
};

async function prune(root: string, disk: Disk, days: number): Promise<string> {
  const cache = testCache(root, { disk, clock: clockAhead(days) });
  const { failed } = await cache.prune(KEEP_30_DAYS, noWait);
  return failed.map(({ message }) => message).join() || 'done';
}

function textOf(error: unknown): string {
  return String(Object(error).message);
}

async function outcomeOf(step: Promise<string>): Promise<string> {
  return step.catch(textOf);
}

async function prepare(): Promise<void> {
  mkdirSync(template);
  if (['repair', 'remove', 'mark', 'delete'].includes(operation)) await pull(template, realDisk);
  // a deletion needs no space at all
  if (operation === 'delete') {
    await prune(template, realDisk, 40);
    rmSync(join(template, '.rma/reserve'));
  }
  if (operation === 'repair') {
    const [blob = ''] = readdirSync(join(template, HUB, 'blobs')).filter((name) => name.length === 64);
    flipByte(join(template, HUB, 'blobs', blob));
  }
  if (operation === 'import') {
    mkdirSync(other, { recursive: true });
    const bytes = await (await fetch(`${endpoint}/files/model.gguf`)).arrayBuffer();
    writeFileSync(join(other, 'model.gguf'), Buffer.from(bytes));
  }
}

await prepare();
const run = OPERATIONS[operation] ?? (() => Promise.reject(new Error(operation)));
for (let at = 1, isReached = true; isReached; at += 1) {
  const root = join(mount, 'store');
  cpSync(template, root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const { disk, reached } = filling(at);
  const full = await outcomeOf(run(root, disk));
  isReached = reached();
  rmSync(ballast, { force: true });
  const problems = operation === 'repair' ? [] : problemsOf(await verifyStore(root, { deep: true }));
  const again = await outcomeOf(run(root, realDisk));
  writeSync(1, `${JSON.stringify({ at, full, problems, again })}\n`);
  rmSync(root, { recursive: true });
}
process.exit(0);

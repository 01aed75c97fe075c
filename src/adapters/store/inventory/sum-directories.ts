import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { SummedDirectory } from '../../../core/domain/store-scan.ts';
import { NO_RECORD, unless } from '../disk/disk.ts';
import { listFiles } from './list-files.ts';
import { type SumWork, sumNext } from './sum-thread.ts';
import { DENIED, type WalkContext } from './walk.ts';

interface Homes {
  /** absolute path */
  readonly root: string;
  /** absolute paths of directories that belong to other trees */
  readonly skip: ReadonlySet<string>;
  /** whether a directory `OWNER/NAME` may be summed */
  readonly isSummed: (path: string) => boolean;
  /** files after which a second thread starts, and other events are handled */
  readonly batch?: number;
}

/** Numbers of a directory in `SumWork`. */
const COLUMNS = 4;

/** Files that are read in about the time that a second thread takes to start. */
const BATCH = 5000;

const PROGRAM = `
const { workerData } = require('node:worker_threads');
const { readdirSync, lstatSync } = require('node:fs');
const sumNext = ${sumNext.toString()};
while (sumNext(workerData, { readdirSync, lstatSync }) !== null);
`;

/**
 * Returns the directories `OWNER/NAME` below a directory of which the sums describe everything; a walk lists the others. Large
 * stores are read in two threads, and none of their files is held in memory.
 */
export async function sumDirectories(
  context: WalkContext,
  homes: Homes,
): Promise<readonly SummedDirectory[]> {
  const paths = await homesIn(context, homes);
  const work = newWork(paths.map((path) => `${homes.root}/${path}`));
  await sumAll(work, homes.batch ?? BATCH);
  return paths.flatMap((path, at) => {
    const row = work.sums.subarray(at * COLUMNS, (at + 1) * COLUMNS);
    const [files = 0, bytes = 0, diskBytes = 0, newest = 0] = row;
    const list = () => listFiles(context.guard, { root: homes.root, folder: path });
    return files === 0 ? [] : [{ path, sums: { files, bytes, diskBytes, newest }, list }];
  });
}

async function homesIn(context: WalkContext, { root, skip, isSummed }: Homes): Promise<readonly string[]> {
  const others = [...skip];
  const found: string[] = [];
  for (const owner of await directoriesIn(context, root)) {
    for (const name of await directoriesIn(context, join(root, owner))) {
      const path = `${owner}/${name}`;
      const place = `${root}/${path}`;
      if (isSummed(path) && !others.some((each) => `${each}/`.startsWith(`${place}/`))) found.push(path);
    }
  }
  return found;
}

async function directoriesIn({ disk }: WalkContext, folder: string): Promise<readonly string[]> {
  const codes = [...NO_RECORD, ...DENIED];
  const entries: readonly Dirent[] =
    (await unless(codes, disk.readdir(folder, { withFileTypes: true }))) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function newWork(places: readonly string[]): SumWork {
  return {
    places,
    taken: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    sums: new Float64Array(new SharedArrayBuffer(places.length * COLUMNS * Float64Array.BYTES_PER_ELEMENT)),
  };
}

async function sumAll(work: SumWork, batch: number): Promise<void> {
  let thread: Promise<void> | null = null;
  let files = 0;
  const next = () => sumNext(work, { readdirSync, lstatSync });
  for (let summed = next(); summed !== null; summed = next()) {
    files += summed;
    if (files < batch) continue;
    files = 0;
    thread ??= runThread(work);
    // such as signals
    await setImmediate();
  }
  await thread;
}

/** Directories that a failed thread has taken are walked. */
function runThread(workerData: SumWork): Promise<void> {
  return new Promise((resolve) => {
    try {
      // options of the main program, such as preloaded modules, are not for the thread
      const thread = new Worker(PROGRAM, { eval: true, execArgv: [], workerData });
      thread.on('error', () => undefined);
      thread.on('exit', () => resolve());
    } catch {
      resolve();
    }
  });
}

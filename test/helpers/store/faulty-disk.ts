import type { FileHandle } from 'node:fs/promises';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';

export interface FaultyDisk {
  readonly disk: Disk;
  /** number of steps so far */
  readonly steps: () => number;
  /** the step that failed first, as `rename a -> b` */
  readonly failed: () => string | null;
}

/**
 * A disk on which step `at` fails with `errno`. With `forever` every later step fails too, as if the process had died
 * there. Reads are not counted, but fail as well after a death.
 */
export function faultyDisk(at: number, errno: string, forever: boolean): FaultyDisk {
  let steps = 0;
  let failed: string | null = null;
  const guard = (name: string, isWrite: boolean, args: readonly unknown[]): void => {
    if (isWrite) steps += 1;
    const isDead = forever && steps >= at;
    if (!isDead && !(isWrite && steps === at)) return;
    failed ??= `${name} ${args.filter((arg) => typeof arg === 'string').join(' -> ')}`;
    throw Object.assign(new Error(`${errno}: injected`), { code: errno, syscall: name });
  };
  const wrap = <T extends object>(target: T, writes: readonly string[]): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          const name = String(key);
          if (name !== 'close') guard(name, writes.includes(name), args);
          const result: unknown = await value.apply(object, args);
          return name === 'open' ? wrap(result as FileHandle, HANDLE_WRITES) : result;
        };
      },
    });
  return { disk: wrap({ ...realDisk }, DISK_WRITES), steps: () => steps, failed: () => failed };
}

const HANDLE_WRITES = ['write', 'writev', 'writeFile', 'sync', 'datasync', 'truncate', 'chmod'];
const DISK_WRITES = [
  'open',
  'mkdir',
  'rename',
  'link',
  'symlink',
  'unlink',
  'rm',
  'rmdir',
  'chmod',
  'copyFile',
];

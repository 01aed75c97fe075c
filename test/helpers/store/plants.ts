import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** What is found instead of a file or directory of the store. */
export type Plant =
  | 'pipe'
  | 'socket'
  | 'device'
  | 'directory'
  | 'file'
  | 'link out'
  | 'dangling link'
  | 'link loop'
  | 'sparse file of 1 TiB'
  | 'sparse file of 100 MiB';

/** Replaces what is at `path`. A link out leads to the same content, moved to the directory `outside`. */
export async function plant(path: string, kind: Plant, outside: string): Promise<void> {
  const moved = join(outside, basename(path));
  mkdirSync(dirname(path), { recursive: true });
  if (kind === 'link out') renameSync(path, moved);
  else rmSync(path, { recursive: true, force: true });
  switch (kind) {
    case 'pipe':
      execFileSync('mknod', [path, 'p']);
      return;
    case 'socket':
      return listenOn(path);
    case 'device':
      // /dev/zero: never ends
      execFileSync('mknod', [path, 'c', '1', '5']);
      return;
    case 'directory':
      return void mkdirSync(join(path, 'content'), { recursive: true });
    case 'file':
      return writeFileSync(path, 'not a directory\n');
    case 'link out':
      return symlinkSync(moved, path);
    case 'dangling link':
      return symlinkSync(join(outside, 'absent'), path);
    case 'link loop':
      return symlinkSync(basename(path), path);
    case 'sparse file of 1 TiB':
      return sparse(path, 2 ** 40);
    case 'sparse file of 100 MiB':
      return sparse(path, 100 * 2 ** 20);
  }
}

function sparse(path: string, bytes: number): void {
  writeFileSync(path, '');
  truncateSync(path, bytes);
}

async function listenOn(path: string): Promise<void> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

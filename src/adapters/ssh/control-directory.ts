import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';

/** A socket has a path of at most 107 bytes, and ssh(1) appends 17 to the name while it creates one. */
const LONGEST = 107 - 17 - '/0123456789abcdef'.length;
const OTHERS = 0o077;

/** Returns the directory for control sockets: one for each user, which no other user can enter. @throws RmaError RMA_HOST_SOCKETS (3) */
export async function controlDirectory(): Promise<string> {
  const name = `rma-ssh-${process.getuid?.() ?? 0}`;
  const own = join(tmpdir(), name);
  const directory = own.length > LONGEST ? join('/tmp', name) : own;
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(directory, error);
  }
  const found = await lstat(directory);
  const isOwn = found.uid === (process.getuid?.() ?? found.uid);
  if (!found.isDirectory() || !isOwn || (found.mode & OTHERS) !== 0) {
    throw unusable(directory, undefined);
  }
  return directory;
}

function unusable(directory: string, cause: unknown): RmaError {
  return new RmaError(
    'RMA_HOST_SOCKETS',
    `cannot use ${directory} for ssh: it must be your own directory with mode 700`,
    {
      exitCode: EXIT.notReady,
      hint: shell`check it: ls -ld ${directory}; or set TMPDIR to another directory`,
      cause,
    },
  );
}

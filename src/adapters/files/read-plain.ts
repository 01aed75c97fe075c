import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** What a shell has opened for `<(command)`, and stdin: reading them waits for a program that runs. */
const OPEN_ALREADY = /^\/(dev\/(stdin|fd\/\d+)|proc\/(self|\d+)\/fd\/\d+)$/;

const { O_RDONLY, O_NONBLOCK } = constants;

/**
 * Returns the content of a regular file, links followed; of `/dev/null`, and of what the shell opened. A named pipe would
 * be waited for without end, and a device may have no end.
 * @throws Error with an errno: EFTYPE for a pipe, device or socket, and those of open(2) and read(2)
 */
export async function readPlain(path: string): Promise<Buffer> {
  assertPlain(await stat(path), path);
  const handle = await open(path, flagsOf(path));
  try {
    assertPlain(await handle.stat(), path);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Like `readPlain`, synchronously. */
export function readPlainSync(path: string): Buffer {
  assertPlain(statSync(path), path);
  const descriptor = openSync(path, flagsOf(path));
  try {
    assertPlain(fstatSync(descriptor), path);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Returns why a file could not be read: `not a regular file`, or the errno. */
export function readProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return code === 'EFTYPE' ? 'not a regular file' : code;
}

function flagsOf(path: string): number {
  return OPEN_ALREADY.test(path) ? O_RDONLY : O_RDONLY | O_NONBLOCK;
}

function assertPlain(stats: Stats, path: string): void {
  // a directory fails in read(2), as a file of the wrong kind
  if (stats.isFile() || stats.isDirectory() || path === '/dev/null' || OPEN_ALREADY.test(path)) return;
  throw Object.assign(new Error(`${path} is not a regular file`), { code: 'EFTYPE', syscall: 'open' });
}

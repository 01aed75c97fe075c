import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readIgnoreFile } from '../../core/docker/ignore-file.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { failureReason } from '../../core/last-line.ts';
import { shell } from '../../core/shell-quote.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';

/**
 * Yields a build context as a tar archive, by the `tar` of this machine, without what its .dockerignore excludes: `docker
 * build` ignores that file in an archive.
 * @throws RmaError RMA_FILE_UNREADABLE (3), RMA_COMMAND_MISSING (3) without `tar`
 */
export async function* packDirectory(
  runner: Pick<CommandRunner, 'run'>,
  directory: string,
): AsyncGenerator<Uint8Array> {
  const names = await namesToSend(directory);
  const archive = new PassThrough();
  const stop = new AbortController();
  const packed = runner
    .run({
      argv: ['tar', '-C', directory, '--no-recursion', '--null', '-T', '-', '-cf', '-'],
      stdin: names.map((name) => `./${name}\0`).join(''),
      readStdout: (bytes) => pipeline(bytes, archive, { end: false }),
      signal: stop.signal,
    })
    .then((outcome) => {
      if (outcome.exitCode !== 0) throw unreadable(directory, failureReason(outcome));
      archive.end();
    })
    .catch((error: unknown) => archive.destroy(error as Error));
  try {
    yield* archive;
  } finally {
    stop.abort();
    await packed;
  }
}

/** Returns the paths of files, links and directories in the context, sorted. Excluded directories may contain exceptions. */
async function namesToSend(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const isExcluded = readIgnoreFile(await ignoreFileOf(directory));
    return entries
      .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
      .filter((path) => !isExcluded(path))
      .sort();
  } catch (error) {
    throw unreadable(directory, (error as NodeJS.ErrnoException).code ?? 'unknown reason');
  }
}

/** That of the Dockerfile replaces the general one. */
async function ignoreFileOf(directory: string): Promise<string> {
  for (const name of ['Dockerfile.dockerignore', '.dockerignore']) {
    const text = await readFile(join(directory, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text !== null) return text;
  }
  return '';
}

function unreadable(directory: string, why: string): RmaError {
  return new RmaError('RMA_FILE_UNREADABLE', `cannot read ${directory} (${why})`, {
    exitCode: EXIT.notReady,
    hint: shell`check its permissions: ls -lR ${directory}`,
  });
}

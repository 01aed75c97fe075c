import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXIT, RmaError } from '../../core/errors.ts';
import { failureReason } from '../../core/last-line.ts';
import { shell } from '../../core/shell-quote.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';

/**
 * Yields the files of a directory as a tar archive, by the `tar` of this machine.
 * @throws RmaError RMA_FILE_UNREADABLE (3), RMA_COMMAND_MISSING (3) without `tar`
 */
export async function* packDirectory(
  runner: Pick<CommandRunner, 'run'>,
  directory: string,
): AsyncGenerator<Uint8Array> {
  const archive = new PassThrough();
  const stop = new AbortController();
  const packed = runner
    .run({
      argv: ['tar', '-C', directory, '-cf', '-', '.'],
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

function unreadable(directory: string, why: string): RmaError {
  return new RmaError('RMA_FILE_UNREADABLE', `cannot read ${directory} (${why})`, {
    exitCode: EXIT.notReady,
    hint: shell`check its permissions: ls -lR ${directory}`,
  });
}

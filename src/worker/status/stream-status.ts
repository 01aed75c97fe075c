import type { Clock } from '../../ports/clock.ts';
import type { StatusBoard } from './status-board.ts';

/** A reader gets at most one line in this time; what changed in between is in the next line. */
const LINE_EVERY_MS = 200;

/**
 * Writes the board as a line of JSON now and after changes. A change of state is never swallowed: whoever waits for
 * `ready` sees `registering` before it. Returns what ends it.
 */
export function streamStatus(board: StatusBoard, clock: Clock, write: (line: string) => void): () => void {
  const gone = new AbortController();
  let pending = false;
  const writeNow = () => write(`${JSON.stringify(board.status)}\n`);
  const unlisten = board.listen((status, before) => {
    if (status.state !== before.state) return writeNow();
    if (pending) return;
    pending = true;
    clock.sleep(LINE_EVERY_MS, gone.signal).then(
      () => {
        pending = false;
        writeNow();
      },
      () => undefined,
    );
  });
  writeNow();
  return () => {
    unlisten();
    gone.abort();
  };
}

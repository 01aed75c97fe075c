import type { Clock } from '../../ports/clock.ts';
import type { StatusBoard } from './status-board.ts';

/** Shortest interval between two lines; changes in between are part of the next line. */
const LINE_EVERY_MS = 200;

/**
 * Writes the status as a line of JSON now and after changes. Changes of the state are never skipped: `registering` is
 * always written before `ready`. Returns a function that ends it.
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

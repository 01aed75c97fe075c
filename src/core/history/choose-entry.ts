import { canonicalJson } from '../canonical-json.ts';
import type { HistoryEntry } from '../domain/history.ts';
import { EXIT, RmaError } from '../errors.ts';

export interface HistoryChoice {
  readonly project: string;
  /** in the order of time */
  readonly entries: readonly HistoryEntry[];
  /** number → the fault of an entry that cannot be read */
  readonly faults: ReadonlyMap<number, RmaError>;
  /** number of the entry to apply again; null: the last one that was applied before the current state, and differs from it */
  readonly number: number | null;
}

/**
 * Returns the entry that a rollback applies. A second rollback goes back further, and one that failed is tried again.
 * @throws RmaError RMA_HISTORY_EMPTY, RMA_HISTORY_UNKNOWN, RMA_HISTORY_INVALID, RMA_ROLLBACK_NONE (2)
 */
export function chooseEntry({ project, entries, faults, number }: HistoryChoice): HistoryEntry {
  if (entries.length + faults.size === 0) throw noHistory(project);
  if (number === null) return earlierEntry(project, entries);
  const fault = faults.get(number);
  if (fault !== undefined) throw fault;
  const entry = entries.find((each) => each.number === number);
  if (entry === undefined) throw unknownEntry(project, number, entries);
  return entry;
}

function earlierEntry(project: string, entries: readonly HistoryEntry[]): HistoryEntry {
  const last = entries.at(-1);
  const failed = last?.result.state === 'applied' ? null : (last?.rollbackTo ?? null);
  const again = entries.find(({ number }) => number === failed);
  if (again !== undefined) return again;
  const current = last === undefined ? 0 : stateOf(last, entries);
  const found = entries.findLast(
    (each) =>
      each.number < current &&
      each.result.state === 'applied' &&
      last !== undefined &&
      contentOf(each) !== contentOf(last),
  );
  if (found === undefined) throw noEarlier(project, last);
  return found;
}

/** Returns the number of the entry whose state an entry applied: its own, or that which a rollback went back to. */
function stateOf({ number, rollbackTo }: HistoryEntry, entries: readonly HistoryEntry[]): number {
  if (rollbackTo === null) return number;
  const target = entries.find((each) => each.number === rollbackTo && each.number < number);
  return target === undefined ? rollbackTo : stateOf(target, entries);
}

/** Returns a text that two entries share if they run the same. */
function contentOf({ files, images }: HistoryEntry): string {
  return canonicalJson({ compose: files.compose, images });
}

function noHistory(project: string): RmaError {
  return new RmaError('RMA_HISTORY_EMPTY', `project "${project}" has no history`, {
    exitCode: EXIT.usage,
    hint: 'the first rma up starts it; to choose another project: -p NAME',
  });
}

function unknownEntry(project: string, number: number, entries: readonly HistoryEntry[]): RmaError {
  const known = entries.map((each) => each.number).join(', ');
  return new RmaError(
    'RMA_HISTORY_UNKNOWN',
    `the history of project "${project}" has no entry ${number}; it has ${known}`,
    { exitCode: EXIT.usage, hint: 'to list the entries: rma history' },
  );
}

function noEarlier(project: string, last: HistoryEntry | undefined): RmaError {
  const before = last === undefined ? '' : ` before entry ${last.number}`;
  return new RmaError(
    'RMA_ROLLBACK_NONE',
    `project "${project}" has no other state${before} that was applied`,
    { exitCode: EXIT.usage, hint: 'to list the entries: rma history; to apply one of them: rma rollback N' },
  );
}

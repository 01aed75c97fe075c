import type { RmaConfig } from '../../core/domain/config.ts';
import type { HistoryEntry } from '../../core/domain/history.ts';
import { RmaError } from '../../core/errors.ts';
import { historyFileName, historyNumber, parseHistoryEntry } from '../../core/history/history-entry.ts';
import type { Host } from '../../ports/host.ts';
import { projectFiles } from '../observe/project-files.ts';

export interface History {
  /** in the order of time */
  readonly entries: readonly HistoryEntry[];
  /** number → the fault of an entry that cannot be read */
  readonly faults: ReadonlyMap<number, RmaError>;
}

type HistoryPlace = Pick<RmaConfig, 'stateDir'>;

/** Returns what earlier commands applied to a host. @throws RmaError RMA_FILE_UNREADABLE (3) */
export async function readHistory({ files }: Pick<Host, 'files'>, config: HistoryPlace): Promise<History> {
  const entries: HistoryEntry[] = [];
  const faults = new Map<number, RmaError>();
  for (const number of await historyNumbers({ files }, config)) {
    const path = historyFile(config, number);
    const text = await files.read(path);
    // a command that runs now may have removed it
    if (text === null) continue;
    try {
      entries.push(parseHistoryEntry(text, path));
    } catch (error) {
      if (!(error instanceof RmaError)) throw error;
      faults.set(number, error);
    }
  }
  return { entries, faults };
}

/** Returns the numbers of the entries, ascending. @throws RmaError RMA_FILE_UNREADABLE (3) */
export async function historyNumbers(
  { files }: Pick<Host, 'files'>,
  config: HistoryPlace,
): Promise<readonly number[]> {
  const names = await files.list(projectFiles(config).history);
  return names.flatMap((name) => historyNumber(name) ?? []).sort((a, b) => a - b);
}

/** Returns the path of an entry. */
export function historyFile(config: HistoryPlace, number: number): string {
  return `${projectFiles(config).history}/${historyFileName(number)}`;
}

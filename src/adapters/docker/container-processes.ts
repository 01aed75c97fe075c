import type * as z from 'zod/mini';
import type { processTable } from './engine-answers.ts';

const CONFLICT = 409;

/** Returns the process ids in the output of `ps`. */
export function processIds({ Titles, Processes }: z.output<typeof processTable>): readonly number[] {
  const column = Titles.indexOf('PID');
  return (Processes ?? [])
    .map((row) => Number(row[column]))
    .filter((pid) => Number.isSafeInteger(pid) && pid > 0);
}

/** Returns the answer to a list of processes; null if the container is not running. */
export async function unlessNotRunning(top: Promise<unknown>): Promise<unknown> {
  try {
    return await top;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === CONFLICT) return null;
    throw error;
  }
}

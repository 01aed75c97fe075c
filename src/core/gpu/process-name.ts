/** The name of a process whose name is unknown. */
export const UNNAMED = 'unknown';

/** Longest name that is kept, characters. */
const LONGEST = 200;

/**
 * Returns the name of a process as it can be shown: on one line, without control characters and marks that change the
 * direction of text, at most 200 characters. Any user of the machine can choose the names of processes.
 */
export function processName(text: string | null): string {
  const line = (text ?? '').replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (line === '') return UNNAMED;
  const characters = [...line];
  return characters.length <= LONGEST ? line : `${characters.slice(0, LONGEST).join('')}…`;
}

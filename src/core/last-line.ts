/** Longest text of another program in a message, characters. */
const MAX_TEXT = 500;

/** Returns the last line of an output that is not blank, without spaces around it; null if there is none. */
export function lastLine(output: string | readonly string[]): string | null {
  const lines = typeof output === 'string' ? output.split('\n') : output;
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? null;
}

/** Returns the reason for an error message about a failed program: its last line on stderr, else its exit code. */
export function failureReason(outcome: { readonly stderr: string; readonly exitCode: number }): string {
  return shortened(lastLine(outcome.stderr) ?? `exit code ${outcome.exitCode}`);
}

/** Returns a text of another program for a message: its first 500 characters. */
export function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
}

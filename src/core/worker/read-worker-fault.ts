import * as z from 'zod/mini';
import { type ErrorCode, EXIT, type ExitCode, RmaError } from '../errors.ts';
import { parseJson } from '../schema/parse.ts';

const unresponsive = z.object({ code: z.literal('RMA_WORKER_UNRESPONSIVE'), message: z.string() });

/** Returns the message of a failed `rma-worker status --json` whose worker hangs; null for any other failure. */
export function hangReason(stderr: string): string | null {
  const fault = parseJson(unresponsive, stderr.trim().split('\n').at(-1) ?? '');
  return fault.ok ? fault.value.message : null;
}

const EXIT_CODES: ReadonlySet<number> = new Set(Object.values(EXIT));

const errorDocument = z.object({
  code: z.string().check(z.regex(/^RMA_[A-Z_]+$/)),
  message: z.string(),
  hint: z.optional(z.string()),
  exitCode: z.number(),
});

/** Returns the error that a command of the worker printed as JSON in the last line of stderr; null if there is none. */
export function workerError(stderr: string): RmaError | null {
  const parsed = parseJson(errorDocument, stderr.trim().split('\n').at(-1) ?? '');
  if (!parsed.ok) return null;
  const { code, message, hint, exitCode } = parsed.value;
  return new RmaError(code as ErrorCode, message, {
    exitCode: EXIT_CODES.has(exitCode) ? (exitCode as ExitCode) : EXIT.failed,
    ...(hint === undefined ? {} : { hint }),
  });
}

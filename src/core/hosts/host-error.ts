import { RmaError } from '../errors.ts';

/** Returns an error with the name of the host in front of its message and in its details; one that has it stays as it is. */
export function errorOnHost(error: RmaError, host: string): RmaError {
  if (error.details?.['host'] === host) return error;
  const { code, message, exitCode, hint, details, cause } = error;
  return new RmaError(code, `${host}: ${message}`, {
    exitCode,
    ...(hint !== undefined && { hint }),
    details: { ...details, host },
    cause,
  });
}

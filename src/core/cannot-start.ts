import { RmaError } from './errors.ts';

/** Returns whether a program could not be started because it is not installed, or not executable (EACCES). */
export function cannotStart(error: unknown): boolean {
  if (error instanceof RmaError) return error.code === 'RMA_COMMAND_MISSING';
  return error instanceof Error && 'code' in error && error.code === 'EACCES';
}

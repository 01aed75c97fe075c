import { RmaError } from './errors.ts';

/** Returns the error for an output that cannot be written: RMA_OUTPUT_UNWRITABLE (1). */
export function outputUnwritable(error: NodeJS.ErrnoException): RmaError {
  return new RmaError('RMA_OUTPUT_UNWRITABLE', `cannot write the output: ${error.code ?? error.message}`, {
    cause: error,
  });
}

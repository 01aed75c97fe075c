import { RmaError } from '../errors.ts';
import { parseModelRef } from '../source/parse-ref.ts';

/** Returns the fault of a model reference, null if it is valid. */
export function referenceFault(ref: string): string | null {
  try {
    parseModelRef(ref);
    return null;
  } catch (error) {
    if (error instanceof RmaError) return error.message;
    throw error;
  }
}

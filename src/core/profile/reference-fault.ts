import { RmaError } from '../errors.ts';
import { parseModelRef } from '../reference/parse-ref.ts';

/** What is wrong with a model reference, null when nothing is. */
export function referenceFault(ref: string): string | null {
  try {
    parseModelRef(ref);
    return null;
  } catch (error) {
    if (error instanceof RmaError) return error.message;
    throw error;
  }
}

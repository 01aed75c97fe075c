import { RmaError } from '../errors.ts';
import { parseModelRef } from '../source/parse-ref.ts';

/** Returns the fault of a model reference, with the references that may be meant; null if it is valid. */
export function referenceFault(ref: string): string | null {
  return faultOf(() => parseModelRef(ref));
}

/** Returns the fault that stops an action, with the references that may be meant; null if it succeeds. */
export function faultOf(action: () => unknown): string | null {
  try {
    action();
    return null;
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const meant = error.details?.['references'];
    return Array.isArray(meant) && meant.length > 0 ? `${error.message}; ${error.hint}` : error.message;
  }
}

import { EXIT, RmaError } from '../errors.ts';

/** Returns the error for a reference that does not have the form of its source. */
export function malformed(text: string, reason: string, grammar: string): RmaError {
  return new RmaError('RMA_MODEL_REF_INVALID', `invalid model reference "${text}": ${reason}`, {
    exitCode: EXIT.usage,
    hint: `use ${grammar}`,
  });
}

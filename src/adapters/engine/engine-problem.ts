import type { ErrorDocument } from '../../core/errors.ts';

/** Why an engine is not ready, in one line; with a fault if waiting alone does not fix it. */
export interface EngineProblem {
  readonly note: string;
  readonly fault?: ErrorDocument;
}

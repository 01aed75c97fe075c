import type { ErrorDocument } from '../../core/errors.ts';

/** Why an engine is not ready, in one line; with a fault when waiting alone does not mend it. */
export interface EngineTrouble {
  readonly note: string;
  readonly fault?: ErrorDocument;
}

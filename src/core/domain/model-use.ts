import type { ModelUser } from './inventory.ts';

/** The last time that a worker loaded a model, or that the model was pulled. */
export interface ModelUse {
  /** path of the model's receipt, which identifies it in a store */
  readonly receipt: string;
  /** null: a pull */
  readonly worker: ModelUser | null;
  /** RFC 3339, UTC */
  readonly usedAt: string;
}

import type { ModelGeometry } from '../core/domain/geometry.ts';
import type { PinnedModel } from '../core/domain/pinned-model.ts';
import type { StoredModel } from '../core/domain/stored-model.ts';

/** What a store returns instead of the hubs. */
export interface StoredModels {
  /** Returns what references mean; those that the store does not know are left out. */
  recall(refs: readonly string[]): Promise<ReadonlyMap<string, StoredModel>>;
  /** Returns the geometry of models by their headers, by reference; null: not in the header; models that the store cannot read are left out. */
  geometry(models: readonly PinnedModel[]): Promise<ReadonlyMap<string, ModelGeometry | null>>;
}

/** The store of a command, for references that no hub answers. */
export interface Fallback {
  /** true: no request to any hub */
  readonly offline: boolean;
  /** true: what the store does not have is resolved by the sources even offline: these ask stores of other machines first */
  readonly peers?: boolean;
  /** true: references that rma.lock does not have are refused */
  readonly frozen?: boolean;
  readonly stored: StoredModels;
  /** sources whose hub could not be reached in this command: the store is read first, because a hub takes long to time out; added to */
  readonly unreachable: Set<string>;
}

import type { StoreNeeds } from '../domain/fetch-request.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { TrashRecord } from './trash-record.ts';

/** Everything in a store on which a decision of prune is based. Paths are relative to the store. */
export interface CacheView {
  readonly inventory: Inventory;
  readonly leftovers: readonly Leftover[];
  /** what was marked for deletion earlier */
  readonly marked: readonly MarkedEntry[];
  /** bytes on disk of everything but what is marked */
  readonly diskBytes: number;
  /** names of leases that a running process may hold */
  readonly activeLeases: ReadonlySet<string>;
  readonly needs: readonly StoreNeeds[];
  /** references or paths of models that stay */
  readonly pins: readonly string[];
  /** records of needs and pins that cannot be read: any model may be needed */
  readonly unreadable: readonly string[];
  /** manifests of an Ollama store that cannot be read: they may name any blob there */
  readonly badManifests: readonly string[];
  /** name through which links lead, such as a directory → the links */
  readonly links: ReadonlyMap<string, readonly string[]>;
  /** space that the user can still write on the file system of the store, bytes */
  readonly freeBytes: number;
  readonly capacityBytes: number;
  /** milliseconds since the epoch */
  readonly now: number;
}

/** A partial download, content without a model, or a corrupt file in quarantine. */
export interface Leftover {
  readonly kind: 'partial' | 'orphan' | 'quarantine';
  /** a file, or a directory of rma */
  readonly path: string;
  readonly source: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly diskBytes: number;
  /** the part of `diskBytes` that other hard links keep, so that its removal does not free it */
  readonly linkedBytes: number;
  /** newest modification, RFC 3339 */
  readonly modifiedAt: string;
  /** name of the lease under which it changes; null if there is none */
  readonly lease: string | null;
}

/** A directory of the trash. */
export interface MarkedEntry {
  readonly id: string;
  readonly record: TrashRecord;
}

/** What commands show of a directory of the trash. */
export interface MarkedItem {
  readonly id: string;
  readonly name: string;
  readonly markedAt: string;
  readonly bytes: number;
  /** bytes on disk that its deletion frees */
  readonly diskBytes: number;
  /** bytes on disk that stay, because hard links outside of the store lead to them */
  readonly linkedBytes: number;
}

/** Returns what commands show of a directory of the trash. */
export function markedItem({ id, record }: MarkedEntry): MarkedItem {
  const { name, markedAt, bytes, diskBytes, linkedBytes = 0 } = record;
  return { id, name, markedAt, bytes, diskBytes, linkedBytes };
}

import type { Registration } from '../domain/registration.ts';

/** One registered worker. */
export interface WorkerEntry {
  readonly registration: Registration;
  /** monotonic milliseconds at which the entry expires */
  readonly expiresAtMs: number;
}

/** Registered workers by ID. In memory only: every running worker registers again within one heartbeat. */
export type Registry = ReadonlyMap<string, WorkerEntry>;

export const EMPTY_REGISTRY: Registry = new Map();

/** Returns the registry with the worker's entry replaced. */
export function renew(registry: Registry, entry: WorkerEntry): Registry {
  return new Map(registry).set(entry.registration.id, entry);
}

export function remove(registry: Registry, id: string): Registry {
  const rest = new Map(registry);
  rest.delete(id);
  return rest;
}

/** Returns the registry without expired entries, and their IDs. */
export function expire(registry: Registry, nowMs: number): { registry: Registry; gone: readonly string[] } {
  const gone = [...registry].filter(([, entry]) => entry.expiresAtMs <= nowMs).map(([id]) => id);
  if (gone.length === 0) return { registry, gone };
  return { registry: gone.reduce(remove, registry), gone };
}

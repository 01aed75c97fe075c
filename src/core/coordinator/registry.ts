import type { Registration } from '../domain/registration.ts';

/** One worker as the coordinator knows it. */
export interface WorkerEntry {
  readonly registration: Registration;
  /** monotonic milliseconds after which the entry is gone */
  readonly expiresAtMs: number;
}

/** Soft state: every living worker tells it anew within one heartbeat. Worker id → entry. */
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

/** The registry without those whose lease ran out, and their ids. */
export function expire(registry: Registry, nowMs: number): { registry: Registry; gone: readonly string[] } {
  const gone = [...registry].filter(([, entry]) => entry.expiresAtMs <= nowMs).map(([id]) => id);
  if (gone.length === 0) return { registry, gone };
  return { registry: gone.reduce(remove, registry), gone };
}

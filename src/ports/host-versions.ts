import type { MemoryFacts, SystemFacts } from '../core/domain/host-facts.ts';

/** Versions of the programs that rma runs; null for one that is not installed or does not respond. */
export interface HostVersions {
  readonly docker: string | null;
  /** API version of the engine */
  readonly dockerApi: string | null;
  readonly compose: string | null;
  /** the machine that runs rma */
  readonly system: SystemFacts;
  readonly memory: MemoryFacts;
}

import type { HostGroup, ProfilePlacement } from '../domain/config.ts';
import type { Catalog } from '../domain/profile.ts';
import type { ResolvedModels } from '../domain/resolved-models.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { PlacementRound, PlacementSettings } from '../placement/place-project.ts';
import type { ServiceNames } from '../profile/service-names.ts';

/** A host that answered, as the plan of it will see it. */
export interface ObservedHost {
  readonly kind: 'observed';
  /** settings of this host, as `hostConfig` returns them */
  readonly config: PlacementSettings;
  /** of the project's state on this host */
  readonly serviceNames: ServiceNames;
  readonly snapshot: Pick<Snapshot, 'engine' | 'gpus' | 'processes' | 'allContainers' | 'reservations'>;
}

/** Why nothing changes on a host: it does not respond, or the command does not select it. */
export interface UnchangedHost {
  readonly kind: 'unreachable' | 'not-selected';
}

/** One host of the project. */
export interface AssignableHost {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** profiles that it runs by the last plan */
  readonly runs: readonly string[];
  readonly state: ObservedHost | UnchangedHost;
}

export interface AssignRequest {
  readonly project: string;
  readonly catalog: Catalog;
  /** of the project, in their order */
  readonly profiles: readonly string[];
  /** the profiles that the command acts on; none: all. The others stay where they run */
  readonly named: readonly string[];
  readonly resolved: ResolvedModels;
  /** profile → the hosts it may run on; absent: one host, any */
  readonly placement: Readonly<Record<string, ProfilePlacement>>;
  /** every host of the project */
  readonly hosts: readonly AssignableHost[];
  /** places the profiles of hosts that do not respond on others */
  readonly replanLost: boolean;
  /** profile → the group that runs it by the last plan; absent: none */
  readonly groups?: ReadonlyMap<string, AssignedGroup>;
}

/** Hosts that run one variant of a profile together. */
export type AssignedGroup = Pick<HostGroup, 'variant' | 'hosts'>;

export interface HostAssignment {
  /** host → the profiles that it runs, in the order of the project; has every host */
  readonly profiles: ReadonlyMap<string, readonly string[]>;
  /** host → the profiles that it runs until now, and no longer */
  readonly leaving: ReadonlyMap<string, readonly string[]>;
  /** host that does not respond or is not selected → the profiles of `leaving` that may still run there */
  readonly leftBehind: ReadonlyMap<string, readonly string[]>;
  /** host → its services on its GPUs, as its plan will place them; without hosts whose running profiles no longer fit */
  readonly rounds: ReadonlyMap<string, PlacementRound>;
  /** profiles that run on fewer hosts than requested, because a host that could run them does not respond or is not selected */
  readonly unassigned: readonly string[];
  /** warnings: what moves and why, a search that was cut short with what it may have missed */
  readonly notes: readonly string[];
}

/** What applies to a profile without an entry in `placement`. */
export const ANY_HOST: ProfilePlacement = { replicas: 1, hosts: [], labels: {}, strategy: 'spread' };

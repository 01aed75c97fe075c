import type { Snapshot } from '../../core/domain/snapshot.ts';
import type { RmaError } from '../../core/errors.ts';
import type { ProjectState } from '../../core/profile/project-state.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { readProjectState } from '../desired/project-state.ts';
import { observe } from '../observe/observe.ts';
import { onHosts, type ProjectHost } from './project-host.ts';

/** A host that answered. */
export interface ReachedHost extends ProjectHost {
  readonly state: ProjectState;
  readonly snapshot: Snapshot;
}

export interface ReachedHosts {
  /** in the order of the configuration */
  readonly reached: readonly ReachedHost[];
  /** host → why it could not be observed */
  readonly faults: ReadonlyMap<string, RmaError>;
}

export interface ReachRequest {
  readonly names: readonly string[];
  readonly open: (name: string) => Promise<ProjectHost>;
}

/** Connects to hosts and observes them, a few at the same time. */
export async function reachHosts(
  invocation: Pick<Invocation, 'signal' | 'processes'>,
  { names, open }: ReachRequest,
): Promise<ReachedHosts> {
  const results = await onHosts(names, async (name): Promise<ReachedHost> => {
    const { host, config, clockOffsetMs } = await open(name);
    const [state, snapshot] = await Promise.all([
      readProjectState(host, config),
      observe(host, invocation, { config, gpus: config.gpu.use !== 'off' }),
    ]);
    return { host, config, clockOffsetMs, state, snapshot };
  });
  return {
    reached: results.flatMap((result) => (result.ok ? [result.value] : [])),
    faults: new Map(results.flatMap((result) => (result.ok ? [] : [[result.host, result.error] as const]))),
  };
}

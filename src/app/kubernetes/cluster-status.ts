import { type ClusterState, clusterState } from '../../core/cluster/cluster-state.ts';
import { currentState } from '../../core/cluster/current-state.ts';
import { isRolledOut, waitsFor } from '../../core/cluster/progress.ts';
import { workloadFault } from '../../core/cluster/workload-fault.ts';
import { type ErrorDocument, toErrorDocument } from '../../core/errors.ts';
import type { Kubectl } from '../../ports/kubectl.ts';
import { observeProject } from './observe-project.ts';
import type { ClusterProject } from './own-objects.ts';

export interface ClusterReport {
  readonly state: ClusterState;
  /** the last Job completed, and all Deployments run their current templates */
  readonly isReady: boolean;
  /** what waiting does not fix; null without a fault */
  readonly fault: ErrorDocument | null;
  /** what the project waits for, one line each */
  readonly waitsFor: readonly string[];
}

/** Returns what a project does in a cluster. @throws RmaError of Kubectl */
export async function clusterStatus(kubectl: Kubectl, project: ClusterProject): Promise<ClusterReport> {
  await kubectl.version();
  const objects = await observeProject(kubectl, project);
  const all = clusterState(objects);
  // an earlier Job may have failed with other models
  const last = all.jobs.toSorted((left, right) => (left.created < right.created ? -1 : 1)).at(-1);
  const current = objects.filter(({ kind, metadata }) => kind !== 'Job' || metadata.name === last?.name);
  const state = currentState(all, current);
  const found = workloadFault(state, project.namespace);
  const line = found?.log == null ? null : await kubectl.lastLogLine(project.namespace, found.log);
  return {
    state,
    isReady: objects.length > 0 && isRolledOut(state),
    fault: found === null ? null : toErrorDocument(found.error(line)),
    waitsFor: waitsFor(state),
  };
}

import type { ClusterState, JobState } from './cluster-state.ts';
import { trueCondition } from './workload-fault.ts';

/** Returns whether a Job completed. */
export function isComplete({ conditions }: JobState): boolean {
  return trueCondition(conditions, 'Complete') !== null;
}

/** Returns whether these Jobs completed and every Deployment runs its current template. */
export function isRolledOut({ deployments, jobs }: ClusterState): boolean {
  return jobs.every(isComplete) && deployments.every((each) => each.isRolledOut);
}

/** Returns what a project waits for, one line each: pods without a node, then Deployments that are not ready. */
export function waitsFor({ deployments, pods }: ClusterState): readonly string[] {
  const unscheduled = pods.flatMap(({ name, conditions }) => {
    const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
    return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
      ? [`pod ${name} is not scheduled: ${scheduled.message ?? ''}`]
      : [];
  });
  const unready = deployments
    .filter((each) => !each.isRolledOut)
    .map(({ name, ready, desired }) => `deployment ${name}: ${ready} of ${desired} ready`);
  return [...unscheduled, ...unready];
}

import type { ClusterState, PodState } from './cluster-state.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/**
 * Returns the part of a state that an export is responsible for: its own Jobs and Deployments, with the pods of their current
 * templates. Pods of an earlier template may fail until they are replaced.
 */
export function currentState(state: ClusterState, objects: readonly KubernetesObject[]): ClusterState {
  const names = (kind: string): ReadonlySet<string> =>
    new Set(objects.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name));
  const [deploymentNames, jobNames] = [names('Deployment'), names('Job')];
  const deployments = state.deployments.filter(({ name }) => deploymentNames.has(name));
  const jobs = state.jobs.filter(({ name }) => jobNames.has(name));
  const replicaSets = state.replicaSets.filter(({ owner, revision }) =>
    deployments.some(
      (each) => each.name === owner?.name && each.revision === revision && revision !== undefined,
    ),
  );
  const isCurrent = ({ owner }: PodState): boolean =>
    owner?.kind === 'Job'
      ? jobs.some(({ name }) => name === owner.name)
      : replicaSets.some(({ name }) => name === owner?.name);
  return { ...state, deployments, jobs, replicaSets, pods: state.pods.filter(isCurrent) };
}

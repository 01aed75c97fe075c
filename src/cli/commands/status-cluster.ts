import { clusterStatus } from '../../app/kubernetes/cluster-status.ts';
import { EXIT } from '../../core/errors.ts';
import { type ClusterInput, onCluster } from '../cluster-options.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { renderCluster } from '../render/cluster.ts';
import { clusterProject, openCluster } from './cluster-project.ts';

/** Returns exit code 1 when a Deployment or the Job of the project is not ready, for scripts. */
export async function showClusterStatus(input: ClusterInput, context: Context): Promise<CommandResult> {
  const project = await clusterProject(context);
  const report = await clusterStatus(await openCluster(input, context), project);
  const { deployments, jobs, claims } = report.state;
  const isEmpty = deployments.length + jobs.length + claims.length === 0;
  const none = `No objects of project "${project.project}" in namespace ${project.namespace}.`;
  return {
    json: {
      schema: 'rma.kubernetes-status/v1',
      ...project,
      ready: report.isReady,
      deployments: deployments.map(({ name, ready, desired, models, isRolledOut }) => ({
        ...{ name, ready, desired, models },
        rolledOut: isRolledOut,
      })),
      jobs: jobs.map(({ name, active, failed, models, conditions }) => ({
        ...{ name, active, failed, models },
        conditions,
      })),
      claims,
      fault: report.fault,
      waitsFor: report.waitsFor,
    },
    human: (theme) => (isEmpty ? none : renderCluster(report, theme)),
    ids: deployments.map(({ name }) => name),
    exitCode: report.isReady ? EXIT.ok : EXIT.failed,
    ...(isEmpty && { next: onCluster('rma export kubernetes --apply', input) }),
  };
}

import { removeExport } from '../../app/kubernetes/remove-export.ts';
import { objectName } from '../../core/cluster/kubernetes-object.ts';
import { type ClusterInput, onCluster } from '../cluster-options.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { clusterProject, openCluster } from './cluster-project.ts';

export async function runClusterDown(
  { dryRun, ...input }: ClusterInput & { readonly dryRun: boolean },
  context: Context,
): Promise<CommandResult> {
  const project = await clusterProject(context);
  const kubectl = await openCluster(input, context);
  const objects = await removeExport(kubectl, project, { dryRun, signal: context.signal });
  const names = objects.map(objectName);
  const { namespace } = project;
  const next = dryRun ? 'rma down --kubernetes' : 'rma export kubernetes --apply';
  return {
    json: { schema: 'rma.kubernetes-down/v1', ...project, dryRun, removed: names },
    human: () => {
      if (names.length === 0)
        return `Nothing to do: project "${project.project}" has no services in namespace ${namespace}.`;
      const verb = dryRun ? 'Would remove' : 'Removed';
      return `${verb} ${names.join(', ')}.\nThe claim with the models, Secrets and the namespace are kept.`;
    },
    ids: names,
    ...(names.length > 0 && { next: onCluster(next, input) }),
  };
}

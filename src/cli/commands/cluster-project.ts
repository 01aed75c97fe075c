import { resolve } from 'node:path';
import type { ClusterProject } from '../../app/kubernetes/own-objects.ts';
import { namespaceOf } from '../../core/kubernetes/kubernetes-input.ts';
import type { Kubectl } from '../../ports/kubectl.ts';
import type { ClusterInput } from '../cluster-options.ts';
import type { Context } from '../context/context.ts';

/** Returns the kubectl that a command line chooses, with the path of its kubeconfig from the directory of the command. */
export async function openCluster(
  { context, kubeconfig }: ClusterInput,
  ofCommand: Context,
): Promise<Kubectl> {
  return ofCommand.kubectl({
    context,
    kubeconfig: kubeconfig === null ? null : resolve(ofCommand.cwd, kubeconfig),
  });
}

/** Returns the project of the configuration, and its namespace. */
export async function clusterProject(context: Context): Promise<ClusterProject> {
  const { config } = await context.config();
  return { project: config.project, namespace: namespaceOf(config.project, config.kubernetes) };
}

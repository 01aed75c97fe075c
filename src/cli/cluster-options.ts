import { EXIT, RmaError } from '../core/errors.ts';
import { shell } from '../core/shell-quote.ts';
import { textOption } from './option.ts';

/** Options of commands that use the user's kubectl. */
export const CLUSTER_OPTIONS = {
  context: textOption('--context <NAME>', 'context of the kubeconfig (default: its current context)'),
  kubeconfig: textOption(
    '--kubeconfig <FILE>',
    'kubeconfig with the cluster (default: KUBECONFIG, else ~/.kube/config)',
  ),
};

/** Their values; null if absent. */
export interface ClusterInput {
  readonly context: string | null;
  readonly kubeconfig: string | null;
}

/** Returns a command of rma for the same cluster. */
export function onCluster(command: string, { context, kubeconfig }: ClusterInput): string {
  return [
    command,
    ...(context === null ? [] : [shell`--context ${context}`]),
    ...(kubeconfig === null ? [] : [shell`--kubeconfig ${kubeconfig}`]),
  ].join(' ');
}

/** Rejects options that have no effect without another one. `given` has the options of the command line. @throws RmaError RMA_USAGE_INVALID (2) */
export function requireOption(option: string, given: Readonly<Record<string, boolean>>): void {
  const [first] = Object.entries(given).flatMap(([flag, isGiven]) => (isGiven ? [flag] : []));
  if (first === undefined) return;
  throw new RmaError('RMA_USAGE_INVALID', `${first} requires ${option}`, {
    exitCode: EXIT.usage,
    hint: `add ${option}, or remove ${first}`,
  });
}

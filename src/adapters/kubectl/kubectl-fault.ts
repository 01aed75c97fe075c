import { EXIT, RmaError } from '../../core/errors.ts';
import { failureReason, shortened } from '../../core/last-line.ts';
import type { CommandOutcome } from '../../ports/command-runner.ts';

type Failed = Pick<CommandOutcome, 'stderr' | 'exitCode'>;

/**
 * What kubectl reports as text, because it exits with 1 for every error. Errors of the API server have their reason in
 * parentheses. The patterns match kubectl 1.32 to 1.37.
 */
const KNOWN: readonly (readonly [pattern: RegExp, fault: (text: string) => RmaError])[] = [
  [/Error from server \((?:Forbidden|Unauthorized)\)|You must be logged in to the server/, denied],
  [
    /context "[^"]*" does not exist|no context exists with the name|context was not found|invalid configuration: /,
    noContext,
  ],
  [/stat .+: no such file or directory|error loading config file/, noContext],
  [/namespaces "[^"]+" not found/, noNamespace],
  [/Apply failed with \d+ conflicts?: /, conflict],
  [
    /^The PersistentVolumeClaim "|PersistentVolumeClaim "[^"]+" is invalid|persistentvolumeclaims "[^"]+" is forbidden/,
    claim,
  ],
  [
    / is invalid: |Error from server \((?:Invalid|BadRequest)\)|field not declared in schema|no matches for kind/,
    invalid,
  ],
  [/server localhost:8080 was refused/, noCluster],
  [/the server could not find the requested resource/, notCluster],
  [
    /was refused - did you specify|Unable to connect to the server|couldn't get current server API group list/,
    unreachable,
  ],
];

/** Warnings, and lines of kubectl's own log, whose last line repeats them for people. */
const NOISE = /^(?:Warning: |[EWIF]\d{4} )/;

/** Returns the error for a failed `kubectl` command. */
export function kubectlFault(verb: string, outcome: Failed): RmaError {
  const lines = outcome.stderr.split('\n').filter((line) => !NOISE.test(line));
  for (const [pattern, fault] of KNOWN) {
    const at = lines.findIndex((line) => pattern.test(line));
    if (at >= 0) return fault(withItems(lines.slice(at)));
  }
  return new RmaError('RMA_KUBECTL_FAILED', `kubectl ${verb} failed: ${failureReason(outcome)}`, {
    hint: 'check that kubectl reaches the cluster: kubectl cluster-info',
  });
}

/** Returns whether the user may not do what the command did. */
export function isForbidden({ stderr }: Failed): boolean {
  return stderr.includes('Error from server (Forbidden)');
}

/** Returns the first line with the items of a list after it, on one line, without what every error of kubectl begins with. */
function withItems([first = '', ...rest]: readonly string[]): string {
  const end = rest.findIndex((line) => !/^[*-] /.test(line));
  const items = (end < 0 ? rest : rest.slice(0, end)).map((line) => line.slice(2));
  // a list ends its first line with a colon
  const text = items.length === 0 ? first : `${first.trim()} ${items.join('; ')}`;
  return shortened(text.replace(/^(?:error: |Error from server(?: \(\w+\))?: )+/, '').trim());
}

function denied(text: string): RmaError {
  return new RmaError('RMA_KUBERNETES_DENIED', `the cluster denied the request: ${text}`, {
    exitCode: EXIT.denied,
    hint: 'use a user with this permission (--context NAME), or ask the administrator of the cluster for it; kubectl auth can-i --list shows yours',
  });
}

function noContext(text: string): RmaError {
  return new RmaError('RMA_KUBERNETES_CONTEXT', `kubectl cannot use its configuration: ${text}`, {
    exitCode: EXIT.usage,
    hint: 'kubectl config get-contexts lists the contexts; choose one with --context, another file with --kubeconfig',
  });
}

function noCluster(): RmaError {
  return new RmaError('RMA_KUBERNETES_CONTEXT', 'kubectl has no kubeconfig with a current context', {
    exitCode: EXIT.usage,
    hint: 'name the kubeconfig of the cluster: --kubeconfig FILE or KUBECONFIG; choose a context: kubectl config use-context NAME',
  });
}

/** Without a kubeconfig kubectl asks whatever listens on localhost:8080. */
function notCluster(text: string): RmaError {
  return new RmaError(
    'RMA_KUBERNETES_UNREACHABLE',
    `the server that kubectl reaches is not a Kubernetes cluster with these resources: ${text}`,
    {
      exitCode: EXIT.notReady,
      hint: 'check which server it is: kubectl cluster-info; without a kubeconfig it is localhost:8080: --kubeconfig FILE names the one of your cluster',
    },
  );
}

function noNamespace(text: string): RmaError {
  return new RmaError('RMA_KUBERNETES_NO_NAMESPACE', text, {
    exitCode: EXIT.notReady,
    hint: 'create it: kubectl create namespace NAME; or name another: kubernetes.namespace in rma.yaml',
  });
}

function conflict(text: string): RmaError {
  return new RmaError('RMA_KUBERNETES_CONFLICT', `another program manages fields of the export: ${text}`, {
    hint: 'to overwrite its values: rma export kubernetes --apply --force-conflicts',
  });
}

function claim(text: string): RmaError {
  return new RmaError('RMA_KUBERNETES_CLAIM', `the cluster rejected the claim: ${text}`, {
    exitCode: EXIT.notReady,
    hint: 'a claim keeps its access mode, class and volume: set kubernetes.access_mode, kubernetes.storage_class and kubernetes.volume_name to its values (kubectl get pvc), or name another claim: --existing-claim NAME; only some classes can grow one',
  });
}

function invalid(text: string): RmaError {
  return new RmaError('RMA_KUBERNETES_INVALID', `the cluster rejected an object: ${text}`, {
    hint: 'correct the setting behind this field; an object with a field that cannot change must be deleted first: kubectl delete KIND NAME',
  });
}

function unreachable(text: string): RmaError {
  return new RmaError('RMA_KUBERNETES_UNREACHABLE', `the Kubernetes cluster does not respond: ${text}`, {
    exitCode: EXIT.notReady,
    hint: 'check the cluster of this context: kubectl cluster-info; to choose another: --context or --kubeconfig',
  });
}

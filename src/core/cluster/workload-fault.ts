import { EXIT, RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import type { ClusterState, Condition, ContainerState, JobState, PodState } from './cluster-state.ts';

/** A container of a pod whose log explains a fault. */
export interface LogPlace {
  readonly pod: string;
  readonly container: string;
  /** the log of the run before the current one */
  readonly previous: boolean;
}

/** A fault that waiting does not fix. */
export interface WorkloadFault {
  /** whose last log line the error contains; null: the error needs none */
  readonly log: LogPlace | null;
  readonly error: (logLine: string | null) => RmaError;
}

interface ContainerFault {
  readonly pod: PodState;
  readonly container: ContainerState;
  readonly message: string;
  readonly namespace: string;
}

/** Waiting reasons of containers that stay until a person changes something. */
const CONTAINER_FAULTS: Readonly<Record<string, (fault: ContainerFault) => WorkloadFault>> = {
  ImagePullBackOff: imageFault,
  InvalidImageName: imageFault,
  ErrImageNeverPull: imageFault,
  CreateContainerConfigError: configFault,
  CreateContainerError: startFault,
  RunContainerError: startFault,
  CrashLoopBackOff: crashFault,
};

/** Returns the first fault of a project in a namespace that waiting does not fix; null without one. */
export function workloadFault(state: ClusterState, namespace: string): WorkloadFault | null {
  return (
    claimFault(state, namespace) ??
    rejectedFault(state, namespace) ??
    jobFault(state, namespace) ??
    containerFault(state.pods, namespace)
  );
}

function containerFault(pods: readonly PodState[], namespace: string): WorkloadFault | null {
  for (const pod of pods) {
    for (const container of pod.containers) {
      const waiting = container.state?.waiting;
      const fault = CONTAINER_FAULTS[waiting?.reason ?? ''];
      // the Job retries its container; its own condition says when it gives up
      if (fault === undefined || (fault === crashFault && pod.owner?.kind === 'Job')) continue;
      return fault({ pod, container, message: waiting?.message ?? waiting?.reason ?? '', namespace });
    }
  }
  return null;
}

function imageFault({ pod, container, message, namespace }: ContainerFault): WorkloadFault {
  return complete(
    new RmaError(
      'RMA_KUBERNETES_PULL',
      `pod ${pod.name}: image ${container.image} of container ${container.name} cannot be pulled: ${message}`,
      {
        exitCode: EXIT.notReady,
        hint: shell`check the name of the image, and push it to a registry that the nodes can pull from; a private registry needs kubernetes.image_pull_secret; details: kubectl describe pod ${pod.name} -n ${namespace}`,
      },
    ),
  );
}

function configFault({ pod, container, message, namespace }: ContainerFault): WorkloadFault {
  const secret = /^secret "([^"]+)" not found/.exec(message)?.[1];
  const fix =
    secret === undefined
      ? shell`details: kubectl describe pod ${pod.name} -n ${namespace}`
      : shell`create it: kubectl create secret generic ${secret} -n ${namespace} --from-literal=KEY=VALUE; the exported manifests name its keys`;
  return complete(
    new RmaError(
      'RMA_KUBERNETES_CONFIG',
      `pod ${pod.name}: container ${container.name} cannot be configured: ${message}`,
      { exitCode: EXIT.notReady, hint: fix },
    ),
  );
}

function startFault({ pod, container, message, namespace }: ContainerFault): WorkloadFault {
  return complete(
    new RmaError(
      'RMA_KUBERNETES_START',
      `pod ${pod.name}: container ${container.name} cannot be started: ${message}`,
      { hint: shell`details: kubectl describe pod ${pod.name} -n ${namespace}` },
    ),
  );
}

function crashFault({ pod, container, namespace }: ContainerFault): WorkloadFault {
  const hint = shell`see its log: kubectl logs ${pod.name} -n ${namespace} -c ${container.name} --previous`;
  return {
    log: { pod: pod.name, container: container.name, previous: true },
    error: (line) =>
      new RmaError(
        'RMA_KUBERNETES_CRASHED',
        `pod ${pod.name}: container ${container.name} keeps exiting (restarts: ${container.restartCount})${lastLog(line)}`,
        { hint },
      ),
  };
}

function jobFault({ jobs, pods }: ClusterState, namespace: string): WorkloadFault | null {
  for (const job of jobs) {
    const failed = trueCondition(job.conditions, 'Failed');
    if (failed === null) continue;
    const pod = pods.findLast(({ owner }) => owner?.kind === 'Job' && owner.name === job.name);
    const container = pod?.containers.at(-1);
    return {
      log:
        pod === undefined || container === undefined
          ? null
          : { pod: pod.name, container: container.name, previous: false },
      error: (line) => jobError(job, failed, { namespace, line }),
    };
  }
  return null;
}

function jobError(
  { name, failed }: JobState,
  { reason, message }: Condition,
  { namespace, line }: { readonly namespace: string; readonly line: string | null },
): RmaError {
  const again = shell`then run rma export kubernetes --apply again after: kubectl delete job ${name} -n ${namespace}`;
  const fix =
    reason === 'DeadlineExceeded'
      ? 'set a longer kubernetes.deadline'
      : shell`fix the cause (kubectl logs job/${name} -n ${namespace})`;
  return new RmaError(
    'RMA_KUBERNETES_JOB_FAILED',
    `job ${name} failed after ${failed} ${failed === 1 ? 'attempt' : 'attempts'}: ${message ?? reason}${lastLog(line)}`,
    { hint: `${fix}, ${again}` },
  );
}

/** A claim that no volume can satisfy. A claim may stay pending until a pod uses it, so only its events show the fault. */
function claimFault({ claims, events }: ClusterState, namespace: string): WorkloadFault | null {
  for (const { name, phase } of claims) {
    if (phase !== 'Pending' && phase !== 'Lost') continue;
    const event = events.findLast(
      ({ kind, name: of, reason }) =>
        kind === 'PersistentVolumeClaim' && of === name && CLAIM_REASONS.has(reason),
    );
    if (event === undefined) continue;
    return complete(
      new RmaError('RMA_KUBERNETES_CLAIM', `claim ${name} is not bound: ${event.message}`, {
        exitCode: EXIT.notReady,
        hint: shell`set kubernetes.storage_class to one of: kubectl get storageclass; or kubernetes.volume_name to a free volume of the size and access mode that kubectl describe pvc ${name} -n ${namespace} shows`,
      }),
    );
  }
  return null;
}

const CLAIM_REASONS: ReadonlySet<string> = new Set(['FailedBinding', 'ProvisioningFailed', 'VolumeMismatch']);

/** Pods that the API server does not accept: Pod Security, a quota, an admission webhook. */
function rejectedFault(
  { deployments, jobs, pods, events }: ClusterState,
  namespace: string,
): WorkloadFault | null {
  for (const { name, conditions } of deployments) {
    const failure = trueCondition(conditions, 'ReplicaFailure');
    if (failure?.reason === 'FailedCreate')
      return rejected(`deployment ${name}`, failure.message ?? '', namespace);
  }
  for (const { name } of jobs) {
    if (pods.some(({ owner }) => owner?.name === name)) continue;
    const event = events.findLast(
      (each) => each.kind === 'Job' && each.name === name && each.reason === 'FailedCreate',
    );
    if (event !== undefined) return rejected(`job ${name}`, event.message, namespace);
  }
  return null;
}

function rejected(owner: string, message: string, namespace: string): WorkloadFault {
  return complete(
    new RmaError('RMA_KUBERNETES_REJECTED', `the cluster rejected the pods of ${owner}: ${message}`, {
      exitCode: EXIT.denied,
      hint: shell`see the quotas and policies of the namespace: kubectl describe namespace ${namespace}`,
    }),
  );
}

function complete(error: RmaError): WorkloadFault {
  return { log: null, error: () => error };
}

/** Returns a condition of this type that is true; null if there is none. */
export function trueCondition(conditions: readonly Condition[], type: string): Condition | null {
  return conditions.find((each) => each.type === type && each.status === 'True') ?? null;
}

function lastLog(line: string | null): string {
  return line === null ? '' : `; last log line: ${line}`;
}

import { type ClusterState, clusterState } from '../../core/cluster/cluster-state.ts';
import { currentState } from '../../core/cluster/current-state.ts';
import type { KubernetesObject } from '../../core/cluster/kubernetes-object.ts';
import { isComplete, isRolledOut, waitsFor } from '../../core/cluster/progress.ts';
import { workloadFault } from '../../core/cluster/workload-fault.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { formatDuration } from '../../core/units.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Kubectl } from '../../ports/kubectl.ts';
import { JobLog } from './job-log.ts';
import { observeProject } from './observe-project.ts';
import type { ClusterProject } from './own-objects.ts';

const PAUSE_MS = 2_000;

/** A project whose rollout is followed. */
export interface Rollout extends ClusterProject {
  /** what was applied */
  readonly objects: readonly KubernetesObject[];
  /** timeout for the Deployments after the Jobs completed, seconds */
  readonly waitSeconds: number;
}

type Parts = Pick<Invocation, 'clock' | 'reporter' | 'signal'>;

/**
 * Waits until the Jobs of a project completed and its Deployments are ready, and reports the progress of downloads.
 * @throws RmaError RMA_KUBERNETES_* of workloadFault, RMA_KUBERNETES_TIMEOUT (7)
 */
export async function followRollout(kubectl: Kubectl, invocation: Parts, rollout: Rollout): Promise<void> {
  const { clock, reporter, signal } = invocation;
  const { namespace } = rollout;
  const log = new JobLog(kubectl, invocation, namespace);
  const steps = new Steps(reporter);
  // the deadline of a Job is its own
  let deadline: number | null = null;
  try {
    for (;;) {
      const state = currentState(clusterState(await observeProject(kubectl, rollout)), rollout.objects);
      log.follow(state);
      steps.show(state);
      if (isRolledOut(state)) return;
      await throwOnFault(kubectl, state, namespace);
      if (state.jobs.every(isComplete)) deadline ??= clock.monotonic() + rollout.waitSeconds * 1000;
      if (deadline !== null && clock.monotonic() >= deadline) throw timedOut(state, rollout);
      await clock.sleep(PAUSE_MS, signal);
    }
  } finally {
    await log.close();
  }
}

async function throwOnFault(kubectl: Kubectl, state: ClusterState, namespace: string): Promise<void> {
  const fault = workloadFault(state, namespace);
  if (fault === null) return;
  throw fault.error(fault.log === null ? null : await kubectl.lastLogLine(namespace, fault.log));
}

function timedOut(state: ClusterState, { waitSeconds, namespace }: Rollout): RmaError {
  const [first = 'the Deployments are not ready'] = waitsFor(state);
  return new RmaError('RMA_KUBERNETES_TIMEOUT', `${first}, after ${formatDuration(waitSeconds)}`, {
    exitCode: EXIT.waitedTooLong,
    hint: `the cluster keeps trying: see rma status --kubernetes and kubectl get events -n ${namespace}; --wait-timeout waits longer`,
    details: { waitsFor: waitsFor(state) },
  });
}

/** Reports each Job and Deployment as a step, and what they wait for, once per change. */
class Steps {
  readonly #reporter: Pick<Parts['reporter'], 'emit'>;
  readonly #shown = new Map<string, string>();
  #waiting = '';

  constructor(reporter: Pick<Parts['reporter'], 'emit'>) {
    this.#reporter = reporter;
  }

  show(state: ClusterState): void {
    for (const job of state.jobs) this.#step(`download models (job ${job.name})`, isComplete(job));
    for (const { name, isRolledOut: done } of state.deployments) this.#step(`start deployment ${name}`, done);
    const waiting = waitsFor(state).join('; ');
    if (waiting !== '' && waiting !== this.#waiting)
      this.#reporter.emit({ type: 'log', level: 'info', text: `waiting: ${waiting}` });
    this.#waiting = waiting;
  }

  #step(text: string, done: boolean): void {
    const state = done ? 'done' : 'start';
    if (this.#shown.get(text) === state) return;
    this.#shown.set(text, state);
    this.#reporter.emit({ type: 'step', id: text, state, text });
  }
}

import type { ClusterState, PodState } from '../../core/cluster/cluster-state.ts';
import { readProgressLine } from '../../core/worker/read-progress-line.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Kubectl } from '../../ports/kubectl.ts';

type Parts = Pick<Invocation, 'reporter' | 'signal'>;

/** Follows the log of the pod that downloads models, and reports the progress in it. */
export class JobLog {
  readonly #kubectl: Kubectl;
  readonly #invocation: Parts;
  readonly #namespace: string;
  readonly #end = new AbortController();
  readonly #followed = new Map<string, Promise<void>>();

  constructor(kubectl: Kubectl, invocation: Parts, namespace: string) {
    this.#kubectl = kubectl;
    this.#invocation = invocation;
    this.#namespace = namespace;
  }

  /** Starts to follow pods of Jobs that run and are not followed yet. */
  follow({ pods }: ClusterState): void {
    for (const pod of pods) {
      if (pod.owner?.kind === 'Job' && pod.phase === 'Running' && !this.#followed.has(pod.name))
        this.#followed.set(pod.name, this.#read(pod));
    }
  }

  /** Stops following. */
  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#followed.values());
  }

  async #read({ name, containers }: PodState): Promise<void> {
    const place = { pod: name, container: containers.at(-1)?.name ?? '', previous: false };
    const signal = AbortSignal.any([this.#invocation.signal, this.#end.signal]);
    const onLine = (line: string) => this.#report(line);
    // the Job itself says whether it completed: without its log only the progress is missing
    await this.#kubectl.followLog(this.#namespace, place, { onLine, signal }).catch(() => undefined);
  }

  #report(line: string): void {
    const { reporter } = this.#invocation;
    const progress = readProgressLine(line);
    if (progress === null) reporter.emit({ type: 'log', level: 'debug', text: line });
    else reporter.emit({ type: 'model', progress });
  }
}

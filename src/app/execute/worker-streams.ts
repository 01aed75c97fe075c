import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ContainerWatch } from './container-watch.ts';
import { WorkerStream } from './worker-stream.ts';

/** The statuses of workers: one stream per worker, shared by everything that waits for it. */
export interface WorkerStreams {
  /**
   * Returns the first status of a worker for which `reached` holds, over restarts of its container.
   * @throws RmaError the fault of a worker that failed, RMA_WORKER_STOPPED (1) if its container exited or does not respond
   */
  until(
    service: string,
    reached: (status: WorkerStatus) => boolean,
    signal: AbortSignal,
  ): Promise<WorkerStatus>;
}

export function workerStreams(
  host: Pick<Host, 'engine' | 'docker'>,
  invocation: Pick<Invocation, 'clock' | 'reporter'>,
  containers: ContainerWatch,
): WorkerStreams {
  const streams = new Map<string, WorkerStream>();
  return {
    until: (service, reached, signal) => {
      const stream = streams.get(service) ?? new WorkerStream({ host, invocation, containers, service });
      streams.set(service, stream);
      return stream.until(reached, signal);
    },
  };
}

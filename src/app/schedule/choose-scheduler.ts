import { EXIT, RmaError } from '../../core/errors.ts';
import { type Backend, backendOf } from '../../core/schedule/schedule.ts';
import type { Host } from '../../ports/host.ts';
import type { Scheduler } from '../../ports/scheduler.ts';

export interface SchedulerChoice {
  /** null: the first that the machine has and the caller may use */
  readonly backend: Backend | null;
  /** whether a container may be chosen without being named: the store is a Docker volume anyway */
  readonly docker: boolean;
}

const ROOT = 0;
/** The units of systemd and the directory of cron belong to root. */
const ROOT_ONLY: ReadonlySet<string> = new Set(['systemd', 'cron.d']);

/**
 * Returns the scheduler to use: systemd, then cron, then a container.
 * @throws RmaError RMA_SCHEDULE_NO_BACKEND (3), RMA_DOCKER_* (3)
 */
export async function chooseScheduler(
  { schedulers, caller, engine }: Pick<Host, 'schedulers' | 'caller' | 'engine'>,
  { backend, docker }: SchedulerChoice,
): Promise<Scheduler> {
  const isRoot = caller.uid === ROOT;
  for (const scheduler of schedulers) {
    const { kind } = scheduler;
    const named = backend === backendOf(kind);
    if (backend === null ? kind === 'container' && !docker : !named) continue;
    // systemd by name: its own error names the file that only root may write
    if (ROOT_ONLY.has(kind) && !isRoot && !(named && kind === 'systemd')) continue;
    if (await scheduler.isPresent()) return scheduler;
  }
  if (backend === 'container') await engine.facts();
  throw noBackend(backend, isRoot);
}

const MISSING: Readonly<Record<Backend, string>> = {
  systemd: 'systemd does not manage this machine',
  cron: 'cron is not available: crontab is not installed',
  container: 'the Docker Engine is not available',
};

function noBackend(backend: Backend | null, isRoot: boolean): RmaError {
  if (backend !== null) {
    return new RmaError('RMA_SCHEDULE_NO_BACKEND', MISSING[backend], {
      exitCode: EXIT.notReady,
      hint: 'use another one: --backend systemd|cron|container; without --backend, the first available one is used',
    });
  }
  const message = isRoot
    ? 'this machine has neither systemd nor cron'
    : 'no scheduler is available without root: crontab is not installed';
  return new RmaError('RMA_SCHEDULE_NO_BACKEND', message, {
    exitCode: EXIT.notReady,
    hint: isRoot
      ? 'install cron (sudo apt-get install cron), or use Docker: --backend container'
      : 'run the command with sudo, or use Docker: --backend container',
  });
}

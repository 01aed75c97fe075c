import type { ContainerFacts } from '../../core/domain/container.ts';
import { roleOf } from '../../core/domain/container.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectContainers } from '../observe/project-containers.ts';

const LOOK_MS = 1000;
const RESTARTS = 3;

export interface EngineWatch {
  readonly project: string;
  readonly seconds: number;
  /** ends when the signal is aborted */
  readonly work: (signal: AbortSignal) => Promise<void>;
}

/**
 * Waits for `work`, and ends it when an engine keeps crashing, at once, or when the time is up: its worker would wait for
 * ever.
 * @throws RmaError RMA_ENGINE_FAILED (1) with the engine's last words, RMA_UP_TIMEOUT (7)
 */
export async function watchEngines(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'clock' | 'signal'>,
  { project, seconds, work }: EngineWatch,
): Promise<void> {
  const crashed = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([invocation.signal, crashed.signal]);
  const watching = Promise.race([
    watch(host, { ...invocation, signal: done.signal }, project),
    timeUp({ ...invocation, signal: done.signal }, seconds),
  ]).catch((error: unknown) => {
    if (!done.signal.aborted) crashed.abort(error);
  });
  try {
    await work(signal);
  } finally {
    done.abort();
    await watching;
  }
}

async function timeUp(
  { clock, signal }: Pick<Invocation, 'clock' | 'signal'>,
  seconds: number,
): Promise<never> {
  await clock.sleep(seconds * 1000, signal);
  throw new RmaError('RMA_UP_TIMEOUT', `the engines do not answer after ${seconds} s; they go on trying`, {
    exitCode: EXIT.waitedTooLong,
    hint: 'see what they do: rma status, rma logs; to wait longer: rma up --wait-timeout 2h',
  });
}

async function watch(
  host: Pick<Host, 'engine'>,
  { clock, signal }: Pick<Invocation, 'clock' | 'signal'>,
  project: string,
): Promise<never> {
  for (;;) {
    const containers = await projectContainers(host, project);
    const bad = containers.find((container) => roleOf(container) === 'engine' && keepsCrashing(container));
    if (bad !== undefined) throw await engineFailed(host, bad);
    await clock.sleep(LOOK_MS, signal);
  }
}

function keepsCrashing(container: ContainerFacts): boolean {
  return container.restarts >= RESTARTS && container.health !== 'healthy';
}

async function engineFailed(host: Pick<Host, 'engine'>, container: ContainerFacts): Promise<RmaError> {
  const log = await host.engine.logTail(container.id, 8);
  const last = log.at(-1) ?? 'it said nothing';
  return new RmaError(
    'RMA_ENGINE_FAILED',
    `the engine ${container.service} does not stay up; it said last: ${last}`,
    {
      hint: `see its whole log: rma logs ${container.service}`,
      details: { restarts: container.restarts, log },
    },
  );
}

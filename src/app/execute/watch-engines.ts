import { EXIT, RmaError } from '../../core/errors.ts';
import type { Box } from '../../ports/box.ts';
import type { ContainerFacts } from '../../ports/docker-host.ts';
import { roleOf } from '../observe/observe.ts';

const LOOK_MS = 1000;
const RESTARTS = 3;

/**
 * Waits for `work`, and ends it when an engine keeps crashing, at once, or when the time is up: its worker would wait for
 * ever.
 * @throws RmaError RMA_ENGINE_FAILED (1) with the engine's last words, RMA_UP_TIMEOUT (7)
 */
export async function watchEngines(
  box: Box,
  project: string,
  seconds: number,
  work: (box: Box) => Promise<void>,
): Promise<void> {
  const crashed = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([box.signal, crashed.signal]);
  const watching = Promise.race([watch(box, project, done.signal), timeUp(box, seconds, done.signal)]).catch(
    (error: unknown) => {
      if (!done.signal.aborted) crashed.abort(error);
    },
  );
  try {
    await work({ ...box, signal });
  } finally {
    done.abort();
    await watching;
  }
}

async function timeUp(box: Box, seconds: number, signal: AbortSignal): Promise<never> {
  await box.clock.sleep(seconds * 1000, signal);
  throw new RmaError('RMA_UP_TIMEOUT', `the engines do not answer after ${seconds} s; they go on trying`, {
    exitCode: EXIT.waitedTooLong,
    hint: 'see what they do: rma status, rma logs; to wait longer: rma up --wait-timeout 2h',
  });
}

async function watch(box: Box, project: string, signal: AbortSignal): Promise<never> {
  for (;;) {
    const containers = await box.docker.containers(project);
    const bad = containers.find((container) => roleOf(container) === 'engine' && keepsCrashing(container));
    if (bad !== undefined) throw await engineFailed(box, bad);
    await box.clock.sleep(LOOK_MS, signal);
  }
}

function keepsCrashing(container: ContainerFacts): boolean {
  return container.restarts >= RESTARTS && container.health !== 'healthy';
}

async function engineFailed(box: Box, container: ContainerFacts): Promise<RmaError> {
  const log = await box.docker.logTail(container.id, 8);
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

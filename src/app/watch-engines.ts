import { RmaError } from '../core/errors.ts';
import type { Box } from '../ports/box.ts';
import type { ContainerFacts } from '../ports/docker-host.ts';
import { roleOf } from './observe.ts';

const LOOK_MS = 1000;
const RESTARTS = 3;

/**
 * Waits for `work`, and ends it at once when an engine keeps crashing: its worker would wait for ever.
 * @throws RmaError RMA_ENGINE_FAILED (1) with the engine's last words
 */
export async function watchEngines(
  box: Box,
  project: string,
  work: (box: Box) => Promise<void>,
): Promise<void> {
  const crashed = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([box.signal, crashed.signal]);
  const watching = watch(box, project, done.signal).catch((error: unknown) => {
    if (!done.signal.aborted) crashed.abort(error);
  });
  try {
    await work({ ...box, signal });
  } finally {
    done.abort();
    await watching;
  }
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

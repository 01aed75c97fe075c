import { describe, expect, it } from 'vitest';
import { watchEngines } from '../../../../src/app/execute/watch-engines.ts';
import type { Box } from '../../../../src/ports/box.ts';
import type { ContainerFacts } from '../../../../src/ports/docker-host.ts';
import { JumpingClock } from '../../../helpers/clock/jumping-clock.ts';

const engine = {
  id: 'e1',
  service: 'cpu-worker-llamacpp',
  profile: 'cpu-worker',
  restarts: 0,
  health: 'starting',
};

/** The parts of a box that the watch uses. */
const boxWith = (container: object): Box =>
  ({
    clock: new JumpingClock(),
    signal: new AbortController().signal,
    docker: {
      containers: async () => [container as ContainerFacts],
      logTail: async () => ['loading', 'out of memory'],
    },
  }) as unknown as Box;

const untilStopped = ({ signal }: Box) =>
  new Promise<void>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('watchEngines', () => {
  it('ends at once when an engine keeps crashing, with its last words', async () => {
    const box = boxWith({ ...engine, restarts: 3 });
    await expect(watchEngines(box, 'p', 3600, untilStopped)).rejects.toMatchObject({
      code: 'RMA_ENGINE_FAILED',
      exitCode: 1,
      message: expect.stringContaining('out of memory'),
    });
  });

  it('ends when the time is up, for an engine that runs and never answers', async () => {
    await expect(watchEngines(boxWith(engine), 'p', 60, untilStopped)).rejects.toMatchObject({
      code: 'RMA_UP_TIMEOUT',
      exitCode: 7,
      hint: expect.stringContaining('rma status'),
    });
  });

  it('is over with the work, whatever the time', async () => {
    await expect(watchEngines(boxWith(engine), 'p', 60, async () => undefined)).resolves.toBeUndefined();
  });
});

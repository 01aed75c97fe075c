import { describe, expect, it } from 'vitest';
import { watchEngines } from '../../../../src/app/execute/watch-engines.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { engineOf, hostOf, invocationOf, listing } from '../../../helpers/host/port-builders.ts';

const engine = containerOf({
  project: 'p',
  service: 'cpu-worker-llamacpp',
  profile: 'cpu-worker',
  health: 'starting',
});

/** A host with one container. */
const hostWith = (container: typeof engine) =>
  hostOf({
    engine: engineOf({
      ...listing(() => [container]),
      logTail: async () => ['loading', 'out of memory'],
    }),
  });

const untilStopped = (signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

const watch = (
  host: ReturnType<typeof hostWith>,
  seconds: number,
  work: (signal: AbortSignal) => Promise<void>,
) => watchEngines(host, invocationOf(), { project: 'p', seconds, work });

describe('watchEngines', () => {
  it('ends at once when an engine keeps crashing, with its last words', async () => {
    const host = hostWith({ ...engine, restarts: 3 });
    await expect(watch(host, 3600, untilStopped)).rejects.toMatchObject({
      code: 'RMA_ENGINE_FAILED',
      exitCode: 1,
      message: expect.stringContaining('out of memory'),
    });
  });

  it('ends when the time is up, for an engine that runs and never answers', async () => {
    await expect(watch(hostWith(engine), 60, untilStopped)).rejects.toMatchObject({
      code: 'RMA_UP_TIMEOUT',
      exitCode: 7,
      hint: expect.stringContaining('rma status'),
    });
  });

  it('is over with the work, whatever the time', async () => {
    await expect(watch(hostWith(engine), 60, async () => undefined)).resolves.toBeUndefined();
  });
});

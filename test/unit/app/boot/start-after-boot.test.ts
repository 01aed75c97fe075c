import { describe, expect, it, vi } from 'vitest';
import { startAfterBoot } from '../../../../src/app/boot/start-after-boot.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import type { RmaEvent } from '../../../../src/core/events.ts';
import { gpuOf } from '../../../helpers/builders/place-box.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';

const GPU = 'GPU-5f1c2a9e-0000-0000-0000-000000000000';
const failed = {
  state: 'exited',
  exitCode: 143,
  startError: 'unresolvable CDI devices nvidia.com/gpu=0',
  gpus: [GPU],
} as const;

/** A host after a boot: an engine that failed to start, a running worker, and an engine that was stopped manually. */
function booted(): FakeHost {
  const host = new FakeHost();
  host.engine.put(containerOf({ service: 'chat-llm', ...failed }));
  host.engine.put(containerOf({ service: 'chat-worker' }));
  host.engine.put(containerOf({ service: 'other-llm', state: 'exited', exitCode: 0 }));
  return host;
}

/** Runs the command on a clock that passes by sleeping only; `at` is called with the seconds that passed. */
async function run(host: FakeHost, waitSeconds: number, at: (seconds: number) => void = () => undefined) {
  const texts: string[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms: number) => {
      now += ms;
      at(now / 1000);
    },
  };
  const reporter = {
    emit: (event: RmaEvent) => {
      if (event.type === 'step') texts.push(event.text);
    },
  };
  const signal = new AbortController().signal;
  const started = await startAfterBoot(host, { clock, reporter, signal }, { project: 'rma', waitSeconds });
  return { started, texts, seconds: now / 1000 };
}

const inventory = (...uuids: readonly string[]) => ({
  ...new FakeHost().inventory,
  gpus: uuids.map((uuid, index) => ({ ...gpuOf(index, 24_564), uuid })),
});

describe('[case S06] after a boot', () => {
  it('starts the services that failed to start, and no others', async () => {
    const host = booted();
    host.inventory = inventory(GPU);
    expect(await run(host, 900)).toEqual({ started: ['chat-llm'], texts: ['started chat-llm'], seconds: 0 });
    expect(host.takeChanges()).toEqual(['start chat-llm']);
  });

  it.each([5, 60])(
    'waits for a GPU that is ready %i s later, and the reason is logged once',
    async (late) => {
      const host = booted();
      const { started, texts, seconds } = await run(host, 900, (passed) => {
        if (passed >= late) host.inventory = inventory(GPU);
      });
      expect(started).toEqual(['chat-llm']);
      expect(texts).toEqual([`waiting: chat-llm: ${GPU}: not listed by nvidia-smi`, 'started chat-llm']);
      expect(seconds).toBeLessThan(late + 15);
    },
  );

  it('waits for a GPU that nvidia-smi lists but the engine cannot pass to containers yet', async () => {
    const host = booted();
    host.inventory = inventory(GPU);
    const { start } = host.engine;
    vi.spyOn(host.engine, 'start')
      .mockRejectedValueOnce(new RmaError('RMA_GPU_CDI_STALE', 'not in the CDI specification'))
      .mockImplementation(async (ids) => start.call(host.engine, ids));
    const { texts } = await run(host, 900);
    expect(texts).toEqual(['waiting: chat-llm: not in the CDI specification', 'started chat-llm']);
  });

  it.each(['RMA_DOCKER_UNREACHABLE', 'RMA_DOCKER_FAILED'] as const)(
    'Docker itself is waited for: %s',
    async (code) => {
      const host = booted();
      host.inventory = inventory(GPU);
      const down = new RmaError(code, 'cannot connect');
      vi.spyOn(host.engine, 'containers').mockRejectedValueOnce(down);
      expect((await run(host, 900)).texts).toEqual(['waiting: cannot connect', 'started chat-llm']);
    },
  );

  it.each([
    ['never comes', []],
    ['was replaced', ['GPU-0000']],
  ])('a GPU that %s ends the wait with its UUID', async (_name, uuids) => {
    const host = booted();
    host.inventory = inventory(...uuids);
    await expect(run(host, 60)).rejects.toMatchObject({
      code: 'RMA_BOOT_TIMEOUT',
      exitCode: 7,
      message: expect.stringContaining(GPU),
    });
    expect(host.takeChanges()).toEqual([]);
  });

  it('nothing happens if every start succeeded', async () => {
    const host = new FakeHost();
    host.engine.put(containerOf({ service: 'chat-worker' }));
    expect(await run(host, 900)).toEqual({ started: [], texts: [], seconds: 0 });
  });
});

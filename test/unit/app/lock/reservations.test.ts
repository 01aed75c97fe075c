import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { down } from '../../../../src/app/down.ts';
import { gpuReport } from '../../../../src/app/gpus.ts';
import { lockReport } from '../../../../src/app/lock/lock-report.ts';
import { releaseLock } from '../../../../src/app/lock/release-lock.ts';
import { planUp } from '../../../../src/app/plan-up.ts';
import { up } from '../../../../src/app/up.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { formatModelRef } from '../../../../src/core/source/parse-ref.ts';
import { gpuOf, inventoryOf } from '../../../helpers/builders/place-box.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  pinnedFile,
  profileServiceOf,
} from '../../../helpers/builders/render-builders.ts';
import { FakeClock } from '../../../helpers/clock/fake-clock.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { identityOf } from '../../../helpers/host/lock-parts.ts';
import { processesOf } from '../../../helpers/host/port-builders.ts';
import { sourceOf } from '../../../helpers/host/source-of.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const GIB = 2 ** 30;
const exclusive = catalogOf({ chat: [profileServiceOf({ gpus: 1, exclusive: true })] }, [
  engineOf('llm', { gpu: 'required' }),
]);
const onCpu = catalogOf({ chat: [profileServiceOf()] });

const requestOf = (project: string) =>
  upRequest({ config: configOf({ project, stateDir: `/srv/${project}/.rma` }) });

const hub = sourceOf('hf', async (ref) =>
  pinnedFile(formatModelRef(ref), { files: [{ path: 'small.gguf', bytes: 6 * GIB, digest: null }] }),
);

/** A clock on which nothing times out, but a poll for a lock takes one turn of the event loop. */
class PollingClock extends FakeClock {
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms >= 1000) return super.sleep(ms, signal);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Returns the command of a process; `dead` are the PIDs that ended. */
function commandOf(pid: number, dead: ReadonlySet<number> = new Set(), catalog = exclusive) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort(new RmaError('RMA_INTERRUPTED', 'stopped')));
  const invocation = fakeInvocation(catalog, {
    signal: stop.signal,
    clock: new PollingClock(),
    ranges: { read: async () => new Uint8Array() },
    randomKey: () => `${pid.toString(16).padStart(4, '0')}`.repeat(16),
    processes: processesOf({
      self: async () => identityOf({ pid }),
      isRunning: async (identity) => !dead.has(identity.pid),
    }),
    sources: [{ ...hub, locate: () => ({ url: 'https://hub/small.gguf', authorization: null }) }],
  });
  return { invocation, stop };
}

function oneGpu(): FakeHost {
  const host = new FakeHost();
  host.inventory = inventoryOf(gpuOf(0, 24 * 1024));
  return host;
}

/** Starts `up` of a project whose worker downloads until the end of the test. Resolves when the worker runs. */
async function downloading(host: FakeHost, project: string, { invocation }: ReturnType<typeof commandOf>) {
  host.workers.script('chat-worker', (status) => ({
    ...status,
    state: 'downloading',
    models: status.models.map((model) => ({ ...model, state: 'downloading' })),
  }));
  const running = up(host, invocation, requestOf(project));
  running.catch(() => undefined);
  await vi.waitFor(() => expect(host.engine.find(project, 'chat-worker')?.state).toBe('running'));
  return { ended: running };
}

/** Leaves what an `up` leaves that is killed before it starts anything: its reservation. */
async function killed(host: FakeHost, project: string, command: ReturnType<typeof commandOf>) {
  const { ended } = await downloading(host, project, command);
  const volumes = [...(await host.engine.volumes()).values()];
  for (const { id } of host.engine.all) host.engine.destroy(id);
  await expect(ended).rejects.toThrow();
  for (const volume of volumes.filter(({ name }) => name.startsWith('rma-reservation'))) {
    host.engine.addVolume(volume.name, { labels: volume.labels });
  }
}

const volumesOf = async ({ engine }: FakeHost) =>
  [...(await engine.volumes()).keys()].filter((name) => !name.startsWith('rma-models'));

describe('[case S02] two projects on one GPU', () => {
  it('that start at once get it once, and the other one is refused', async () => {
    const host = oneGpu();
    const ends = await Promise.allSettled(
      ['one', 'two'].map(async (project, at) => up(host, commandOf(at + 1).invocation, requestOf(project))),
    );
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = ends.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ code: 'RMA_GPU_NO_FIT', exitCode: 5 });
    expect(host.engine.all.filter(({ gpus }) => gpus.length > 0)).toHaveLength(1);
    expect(await volumesOf(host)).toEqual([]);
  });

  it('do not share a GPU that a running service uses exclusively, however small the other one is', async () => {
    const host = oneGpu();
    await up(host, commandOf(1).invocation, requestOf('one'));
    const small = catalogOf({ chat: [profileServiceOf({ gpus: 1 })] }, [
      engineOf('llm', { gpu: 'required', sharesGpu: true }),
    ]);
    host.engine.alter(host.engine.find('one', 'chat-llm')?.id ?? '', { gpuBytes: GIB });
    const second = planUp(host, commandOf(2, new Set(), small).invocation, requestOf('two'));
    await expect(second).rejects.toMatchObject({
      code: 'RMA_GPU_NO_FIT',
      message: expect.stringContaining('is used exclusively by one/chat-llm'),
    });
  });

  it('share nothing while the first one still downloads', async () => {
    const host = oneGpu();
    await downloading(host, 'one', commandOf(1));
    expect(host.engine.find('one', 'chat-llm')).toBeUndefined();
    const second = planUp(host, commandOf(2).invocation, requestOf('two'));
    await expect(second).rejects.toMatchObject({ code: 'RMA_GPU_NO_FIT', exitCode: 5 });
  });

  it('share nothing while the worker downloads after its up was killed; down frees the GPU', async () => {
    const host = oneGpu();
    await downloading(host, 'one', commandOf(1));
    host.engine.clock += 3_600_000;
    const second = commandOf(2, new Set([1]));
    const plan = () => planUp(host, second.invocation, requestOf('two'));
    await expect(plan()).rejects.toMatchObject({ code: 'RMA_GPU_NO_FIT' });
    await down(host, commandOf(3, new Set([1])).invocation, {
      config: requestOf('one').config,
      profiles: [],
    });
    await expect(plan()).resolves.toMatchObject({ plan: { checks: [] } });
    expect(await volumesOf(host)).toEqual([]);
  });

  it.each([
    ['', 599_000, 600_000],
    [', also if the clock was set back', -599_000, -600_000],
  ])(
    'share nothing for 10 minutes after an up was killed before it started anything%s',
    async (_, valid, over) => {
      const host = oneGpu();
      await killed(host, 'one', commandOf(1));
      const second = commandOf(2, new Set([1]));
      const plan = () => planUp(host, second.invocation, requestOf('two'));
      host.engine.clock += valid;
      await expect(plan()).rejects.toMatchObject({ code: 'RMA_GPU_NO_FIT' });
      host.engine.clock += over - valid;
      await expect(plan()).resolves.toMatchObject({ plan: { checks: [] } });
    },
  );

  it('get it once if one was suspended while it accepted its plan, and lost the lock to the other one', async () => {
    const host = oneGpu();
    const create = host.engine.createVolume.bind(host.engine);
    let suspended = false;
    host.engine.createVolume = async (name, volume) => {
      if (name.startsWith('rma-reservation-one.') && !suspended) {
        suspended = true;
        const planning = { key: { kind: 'planning' }, confirm: async () => undefined } as const;
        await releaseLock(host, commandOf(3).invocation, planning);
        await downloading(host, 'two', commandOf(2));
      }
      return create(name, volume);
    };
    const first = up(host, commandOf(1).invocation, requestOf('one'));
    await expect(first).rejects.toMatchObject({ code: 'RMA_GPU_NO_FIT' });
    expect((await lockReport(host, commandOf(3).invocation)).reservations).toMatchObject([
      { project: 'two' },
    ]);
  });

  it('leave the GPU to the next one when an up is interrupted', async () => {
    const host = oneGpu();
    const first = commandOf(1);
    const { ended } = await downloading(host, 'one', first);
    first.stop.abort(new RmaError('RMA_INTERRUPTED', 'stopped'));
    await expect(ended).rejects.toMatchObject({ code: 'RMA_INTERRUPTED' });
    expect(await volumesOf(host)).toEqual([]);
  });
});

describe('the reservation of a plan', () => {
  it('shows in rma gpus and in rma lock status until the container exists', async () => {
    const host = oneGpu();
    const { invocation } = commandOf(1);
    await downloading(host, 'one', commandOf(2));
    const { users } = await gpuReport(host, invocation);
    expect(users?.get('GPU-0')).toMatchObject([
      { project: 'one', service: 'chat-llm', container: null, planned: true },
    ]);
    expect(await lockReport(host, invocation)).toMatchObject({
      locks: [{ key: { kind: 'project', project: 'one' }, state: 'running', owner: { pid: 2 } }],
      reservations: [
        { project: 'one', service: 'chat-llm', devices: ['GPU-0'], exclusive: true, valid: true },
      ],
    });
  });

  it('is removed by rma lock release, which asks while the command runs', async () => {
    const host = oneGpu();
    await downloading(host, 'one', commandOf(1));
    const asked: unknown[] = [];
    const key = { kind: 'project', project: 'one' } as const;
    const confirm = async (holder: unknown) => void asked.push(holder);
    await releaseLock(host, commandOf(2).invocation, { key, confirm });
    expect(asked).toMatchObject([{ owner: { pid: 1 } }]);
    expect(await volumesOf(host)).toEqual([]);
  });

  it.each(['downloads', 'runs'])(
    'includes RAM: a second model does not fit next to one that %s',
    async (state) => {
      const host = new FakeHost();
      host.engine.memoryBytes = 10 * GIB;
      const first = commandOf(1, new Set(), onCpu);
      if (state === 'downloads') await downloading(host, 'one', first);
      else await up(host, first.invocation, requestOf('one'));
      const second = commandOf(2, new Set(), onCpu);
      await expect(up(host, second.invocation, requestOf('two'))).rejects.toMatchObject({
        code: 'RMA_PLAN_NO_RAM',
        message: expect.stringContaining('other projects reserve 6.0 GiB'),
      });
    },
  );
});

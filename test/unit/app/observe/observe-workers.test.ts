import { beforeEach, describe, expect, it, vi } from 'vitest';
import { observeWorkers } from '../../../../src/app/observe/observe-workers.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { invocationOf } from '../../../helpers/host/port-builders.ts';

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});

const TIMEOUT = new RmaError('RMA_COMMAND_TIMEOUT', 'no response');
const look = () => observeWorkers(host, invocationOf(), host.engine.all);
const put = (over: Parameters<typeof containerOf>[0]) =>
  host.engine.put(containerOf({ project: 'demo', ...over }));

describe('observeWorkers', () => {
  it('adds the role of each container and the status of each worker', async () => {
    put({ service: 'chat-worker', profile: 'chat' });
    put({ service: 'coordinator', profile: null });
    expect(await look()).toMatchObject([
      { service: 'chat-worker', role: 'worker', worker: { state: 'ready' }, engineFault: null },
      { service: 'coordinator', role: 'coordinator', worker: null },
    ]);
  });

  it('adds the error of an engine that its worker reports, and skips stopped workers', async () => {
    put({ service: 'a-worker', profile: 'a', engines: ['a-llm'] });
    put({ service: 'a-llm', profile: 'a' });
    put({ service: 'b-worker', profile: 'b', state: 'exited', exitCode: 0 });
    const fault = { code: 'RMA_ENGINE_MISPLACED', message: 'on the CPU', exitCode: 1 } as const;
    host.workers.script('a-worker', (status) => ({
      ...status,
      engines: [{ service: 'a-llm', state: 'waiting', fault }],
    }));
    expect((await look()).map(({ service, engineFault }) => [service, engineFault])).toEqual([
      ['a-worker', null],
      ['a-llm', 'RMA_ENGINE_MISPLACED'],
      ['b-worker', null],
    ]);
    expect(host.docker.execs.map((exec) => exec.split(':')[0])).toEqual(['a-worker']);
  });

  it('[case S04] repeats a docker exec that did not finish in time', async () => {
    put({ service: 'chat-worker', profile: 'chat' });
    const exec = vi.spyOn(host.docker, 'exec').mockRejectedValueOnce(TIMEOUT);
    expect(await look()).toMatchObject([
      { service: 'chat-worker', worker: { state: 'ready' }, silence: null },
    ]);
    expect(exec.mock.calls.map(([, , { timeoutMs }]) => timeoutMs)).toEqual([60_000, 120_000]);
  });

  it('[case S04] has the reason why a worker does not respond, in place of an error', async () => {
    put({ service: 'chat-worker', profile: 'chat' });
    const exec = vi.spyOn(host.docker, 'exec').mockRejectedValue(TIMEOUT);
    expect(await look()).toMatchObject([
      { worker: null, silence: 'docker exec did not finish within 120 s' },
    ]);
    const stderr = JSON.stringify({ code: 'RMA_WORKER_UNRESPONSIVE', message: 'no response', exitCode: 1 });
    exec.mockResolvedValue({ exitCode: 1, stdout: '', stderr });
    expect(await look()).toMatchObject([{ worker: null, silence: 'no response' }]);
    // a worker that is starting has no socket yet
    exec.mockResolvedValue({ exitCode: 3, stdout: '', stderr: '{"code":"RMA_WORKER_NOT_RUNNING"}' });
    expect(await look()).toMatchObject([{ worker: null, silence: null }]);
  });

  it.each([
    ['hangs after it responded', { startedAt: 1000, respondedAt: 2000 }, 'no response within 3 s'],
    ['is loading after a restart', { startedAt: 3000, respondedAt: 2000 }, null],
    ['never responded', { startedAt: 1000, respondedAt: null }, null],
  ])('[case S03] detects an engine that %s', async (_, { startedAt, respondedAt }, silence) => {
    put({ service: 'a-worker', profile: 'a', engines: ['a-llm'] });
    put({ service: 'a-llm', profile: 'a', startedAt });
    const at = respondedAt === null ? {} : { respondedAt: new Date(respondedAt).toISOString() };
    host.workers.script('a-worker', (status) => ({
      ...status,
      state: 'degraded',
      engines: [{ service: 'a-llm', state: 'down', note: 'no response within 3 s', ...at }],
    }));
    expect(await look()).toMatchObject([{ service: 'a-worker' }, { service: 'a-llm', silence }]);
  });

  it('[case S03] has the reason why the coordinator does not respond to a worker', async () => {
    put({ service: 'a-worker', profile: 'a' });
    put({ service: 'coordinator', profile: null });
    host.workers.script('a-worker', (status) => ({
      ...status,
      registered: false,
      coordinatorNote: 'no response within 3 s',
    }));
    expect(await look()).toMatchObject([{ silence: null }, { silence: 'no response within 3 s' }]);
  });

  it('[case S03] does not blame the engines of a worker that is disconnected from its network', async () => {
    put({ service: 'a-worker', profile: 'a', engines: ['a-llm'], lostNetwork: 'demo_default' });
    put({ service: 'a-llm', profile: 'a', startedAt: 1000 });
    const respondedAt = new Date(2000).toISOString();
    host.workers.script('a-worker', (status) => ({
      ...status,
      engines: [{ service: 'a-llm', state: 'down', respondedAt }],
    }));
    expect(await look()).toMatchObject([{ lostNetwork: 'demo_default' }, { silence: null }]);
  });

  it('has no status for a worker of another version', async () => {
    put({ service: 'chat-worker', profile: 'chat' });
    host.workers.script('chat-worker', (usual) => Object.assign({}, usual, { state: 'pruning' }));
    expect(await look()).toMatchObject([{ service: 'chat-worker', worker: null }]);
  });
});

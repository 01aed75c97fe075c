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

  it('has no status for a worker that does not respond in time', async () => {
    put({ service: 'chat-worker', profile: 'chat' });
    vi.spyOn(host.docker, 'exec').mockRejectedValue(new RmaError('RMA_COMMAND_TIMEOUT', 'no response'));
    expect(await look()).toMatchObject([{ service: 'chat-worker', worker: null }]);
  });

  it('has no status for a worker of another version', async () => {
    put({ service: 'chat-worker', profile: 'chat' });
    host.workers.script('chat-worker', (usual) => Object.assign({}, usual, { state: 'pruning' }));
    expect(await look()).toMatchObject([{ service: 'chat-worker', worker: null }]);
  });
});

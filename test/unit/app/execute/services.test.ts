import { expect, it } from 'vitest';
import { ContainerWatch } from '../../../../src/app/execute/container-watch.ts';
import { emptyPayload } from '../../../../src/app/execute/execution.ts';
import { oneAtATime } from '../../../../src/app/execute/one-at-a-time.ts';
import { composeUp } from '../../../../src/app/execute/services.ts';
import { workerStreams } from '../../../../src/app/execute/worker-streams.ts';
import { catalogOf, configOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';

it('a Compose command that waits for its turn is not run after another operation failed', async () => {
  const host = new FakeHost();
  const invocation = fakeInvocation(catalogOf({}));
  const config = configOf();
  const containers = new ContainerWatch(host, invocation, config.project);
  const failed = new AbortController();
  const inTurn = oneAtATime();
  const execution = {
    host,
    invocation,
    payload: emptyPayload(config),
    containers,
    workers: workerStreams(host, invocation, containers),
    inTurn,
    signal: failed.signal,
  };
  const first = inTurn(async () => failed.abort(new Error('port in use')));
  const operation = {
    id: 'start-service a-llm',
    host: 'box',
    after: [],
    kind: 'start-service',
    service: 'a-llm',
    role: 'engine',
    cause: 'has no container',
    destructive: false,
  } as const;
  const second = composeUp(execution, [operation]);
  await first;
  await expect(second).rejects.toThrow('port in use');
  expect(host.takeChanges()).toEqual([]);
  containers.close();
});

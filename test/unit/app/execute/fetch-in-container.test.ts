import { expect, it } from 'vitest';
import { fetchInContainer } from '../../../../src/app/execute/fetch-in-container.ts';
import type { ModelProgress } from '../../../../src/core/domain/worker-status.ts';
import { catalogOf, configOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';

const progress = (ref: string, state: ModelProgress['state']): ModelProgress => ({
  ref,
  state,
  doneBytes: 0,
  totalBytes: 1000,
  fetchedBytes: 0,
  bytesPerSecond: null,
  etaSeconds: null,
});

const line = (...models: readonly ModelProgress[]) =>
  JSON.stringify({
    schema: 'rma.worker-status/v1',
    worker: 'fetch',
    profile: '',
    state: 'downloading',
    since: '2026-01-02T00:00:00Z',
    failure: null,
    models,
    engines: [],
    registered: false,
  });

it('reports each model when it changes, like a download without a container', async () => {
  const host = new FakeHost();
  const small = progress('ollama:small', 'present');
  host.docker.oneOff = async ({ onStdout }) => {
    onStdout?.(line(small, progress('ollama:big', 'waiting')));
    onStdout?.(line(small, progress('ollama:big', 'waiting')));
    onStdout?.(line(small, progress('ollama:big', 'present')));
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  const invocation = fakeInvocation(catalogOf({}));
  await fetchInContainer(host, invocation, {
    config: configOf(),
    access: {
      image: 'rma-worker:1.2.3',
      volume: { type: 'volume', name: 'rma-models', options: {} },
      owner: { uid: 1000, gid: 1000 },
      project: 'demo',
    },
    models: [],
  });
  expect(invocation.events).toEqual([
    { type: 'model', progress: small },
    { type: 'model', progress: progress('ollama:big', 'waiting') },
    { type: 'model', progress: progress('ollama:big', 'present') },
  ]);
});

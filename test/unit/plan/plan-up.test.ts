import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../../src/core/domain/desired-state.ts';
import type { Observed } from '../../../src/core/domain/observed.ts';
import { planText } from '../../../src/core/plan/plan-text.ts';
import { planUp } from '../../../src/core/plan/plan-up.ts';
import { KEPT_FREE_BYTES } from '../../../src/core/store/room.ts';
import {
  checkOf,
  desiredOf,
  doneBox,
  emptyBox,
  STARTED_AT,
  withContainer,
} from '../../helpers/builders/plan-builders.ts';
import { configOf, fleetInputOf, pinnedFile } from '../../helpers/builders/render-builders.ts';

const desired = desiredOf();
const done = doneBox(desired);
const ref = 'hf:org/small:small.gguf';

const plan = (wanted: DesiredState, observed: Observed, removeOrphans = false) =>
  planUp(wanted, observed, { host: 'box1', profiles: [], removeOrphans });

const text = (observed: Observed, wanted: DesiredState = desired, removeOrphans = false) =>
  planText(plan(wanted, observed, removeOrphans))
    .trimEnd()
    .split('\n');

describe('plan', () => {
  it('[req R64] is empty if nothing changed', () => {
    expect(text(done)).toEqual(['nothing to do']);
    expect(plan(desired, done, true).summary).toEqual({
      create: 0,
      change: 0,
      remove: 0,
      fetchBytes: 0,
      freeBytes: 100_000_000,
    });
  });

  it('creates everything on an empty host, in execution order', () => {
    expect(text(emptyBox({ freeBytes: 100_000_000 }))).toEqual([
      '+ write-secret coordinator_key: does not exist',
      '+ write-secret worker_token_chat: does not exist',
      '+ write-file /srv/demo/.rma/compose.yaml: does not exist',
      '+ write-file /srv/demo/.rma/resolved.json: does not exist',
      '+ pull-image node:24-slim: base of the worker image',
      '+ build-image rma-worker:1.2.3-0123456789ab from node:24-slim: not present',
      '+ pull-image example/llm:1: not present',
      '+ create-volume rma-models: does not exist',
      '+ start-service coordinator: has no container',
      '+ start-service chat-worker: has no container',
      `+ fetch-model ${ref} (1000 bytes, files: 1, by worker): not in the store`,
      '> wait-for-models chat-worker: its engines need the models',
      '+ start-service chat-llm: has no container',
      '> wait-until-ready chat-worker: will be started',
    ]);
  });

  it('writes files in the order of their paths', () => {
    const files = new Map([...desired.files].toReversed());
    const kept = plan({ ...desired, files }, emptyBox()).operations;
    const written = kept.flatMap((each) => (each.kind === 'write-file' ? [each.path] : []));
    expect(written).toEqual(['/srv/demo/.rma/compose.yaml', '/srv/demo/.rma/resolved.json']);
  });

  it('checks the GPUs of the services with GPUs that it starts, and of no others', () => {
    const services = desired.stack.services.map((service) =>
      service.name === 'chat-llm' ? { ...service, gpus: ['GPU-1'] } : service,
    );
    const onGpu: DesiredState = { ...desired, stack: { ...desired.stack, services } };
    const checks = (observed: Observed) =>
      text(observed, onGpu).filter((line) => line.startsWith('> check-gpus'));
    expect(checks(withContainer(done, 'chat-llm', null))).toEqual([
      '> check-gpus chat-llm: GPU assignment must match the plan',
    ]);
    expect(checks(withContainer(done, 'chat-worker', null))).toEqual([]);
  });

  it('counts operations and bytes', () => {
    const { summary } = plan(desired, emptyBox({ freeBytes: 100_000_000 }));
    expect(summary).toEqual({ create: 12, change: 0, remove: 0, fetchBytes: 1000, freeBytes: 100_000_000 });
  });

  it('[req R64] starts again after down without a download', () => {
    expect(text({ ...done, containers: [], secrets: new Map() })).toEqual([
      '+ write-secret coordinator_key: does not exist',
      '+ write-secret worker_token_chat: does not exist',
      '+ start-service coordinator: has no container',
      '+ start-service chat-worker: has no container',
      '> wait-for-models chat-worker: its engines need the models',
      '+ start-service chat-llm: has no container',
      '> wait-until-ready chat-worker: will be started',
    ]);
  });

  it('downloads a newly pinned model next to the old stack, then recreates its services', () => {
    const newer = desiredOf(
      fleetInputOf({ pinned: new Map([[ref, pinnedFile(ref, { commit: 'f'.repeat(40) })]]) }),
    );
    const model = newer.models.get(ref)!;
    const observed = { ...done, store: new Map([[ref, checkOf(model, 'missing')]]) };
    expect(text(observed, newer)).toEqual([
      '~ write-file /srv/demo/.rma/compose.yaml: its content changes',
      `+ fetch-model ${ref} (1000 bytes, files: 1, by one-off): not in the store`,
      '> drain-worker chat-worker: will be recreated',
      '~ recreate-service chat-llm: its definition changed: command',
      '~ recreate-service chat-worker: its definition changed: configs.chat-worker',
      '> wait-until-ready chat-worker: will be recreated',
    ]);
  });

  it('writes a changed token and restarts only its users', () => {
    const secrets = new Map(done.secrets).set('worker_token_chat', 'other');
    expect(text({ ...done, secrets })).toEqual([
      '~ write-secret worker_token_chat: its value changed',
      '> drain-worker chat-worker: will be restarted',
      '~ restart-service chat-worker: its secret worker_token_chat changes',
      '> wait-until-ready chat-worker: will be restarted',
    ]);
  });

  it('restarts services that still use a secret from before an interrupted up', () => {
    const secretsWrittenAt = new Map(done.secretsWrittenAt).set('worker_token_chat', STARTED_AT + 1);
    expect(text({ ...done, secretsWrittenAt })).toEqual([
      '> drain-worker chat-worker: will be restarted',
      '~ restart-service chat-worker: its secret worker_token_chat changed after it was started',
      '> wait-until-ready chat-worker: will be restarted',
    ]);
  });

  it('removes an engine of the previous variant without confirmation, and keeps other orphans', () => {
    const [engine] = done.containers.filter(({ role }) => role === 'engine');
    const containers = [
      ...done.containers,
      { ...engine!, service: 'chat-vllm' },
      { ...engine!, service: 'ocr-ollama', profile: 'ocr' },
    ];
    const planned = plan(desired, { ...done, containers });
    expect(planned.operations).toMatchObject([
      {
        kind: 'remove-service',
        service: 'chat-vllm',
        cause: 'profile chat no longer uses it',
        destructive: false,
      },
    ]);
    expect(planned.checks).toMatchObject([
      { code: 'RMA_PLAN_ORPHAN', message: expect.stringContaining('ocr-ollama') },
    ]);
  });

  it('downloads models that were deleted from the store, with their worker', () => {
    const store = new Map([[ref, checkOf(desired.models.get(ref)!, 'missing')]]);
    expect(text({ ...done, store })).toEqual([
      '> drain-worker chat-worker: will be restarted',
      '~ restart-service chat-worker: some of its models are not in the store',
      `+ fetch-model ${ref} (1000 bytes, files: 1, by worker): not in the store`,
      '> wait-for-models chat-worker: its engines need the models',
      '> wait-until-ready chat-worker: will be restarted',
    ]);
  });

  it('does not restart a worker that is already downloading', () => {
    const model = desired.models.get(ref)!;
    const check = { ...checkOf(model, 'partial'), missingBytes: 400 };
    const observed = withContainer({ ...done, store: new Map([[ref, check]]) }, 'chat-worker', {
      health: 'starting',
      worker: { state: 'downloading', failure: null },
    });
    expect(text(observed)).toEqual([
      `+ fetch-model ${ref} (400 bytes, files: 1, by worker): partly in the store`,
      '> wait-for-models chat-worker: its engines need the models',
      '> wait-until-ready chat-worker: it is downloading',
    ]);
    // downloaded bytes count neither as free nor as missing
    expect(plan(desired, { ...observed, freeBytes: 300 }).checks).toEqual([]);
  });

  it('assumes that a healthy worker has its models if the store was not read', () => {
    expect(text({ ...done, store: null })).toEqual(['nothing to do']);
    expect(text(withContainer({ ...done, store: null }, 'chat-worker', { health: 'starting' }))).toEqual([
      `+ fetch-model ${ref} (1000 bytes, files: 1, by worker): store not readable; upper bound`,
    ]);
  });

  it('[req D04] [req L05] [req R71] fails if the missing models do not fit, with both sizes', () => {
    const { checks } = plan(desired, emptyBox({ freeBytes: KEPT_FREE_BYTES + 999 }));
    expect(checks).toEqual([
      expect.objectContaining({
        level: 'error',
        code: 'RMA_STORE_NO_ROOM',
        exitCode: 5,
        details: { neededBytes: 1000, freeBytes: KEPT_FREE_BYTES + 999 },
      }),
    ]);
    const enough = emptyBox({ freeBytes: KEPT_FREE_BYTES + 1000 });
    expect(plan(desired, enough).checks).toEqual([]);
  });

  it('does not check space for models in a store that it could not read', () => {
    const unread: Observed = { ...done, store: null, containers: [], freeBytes: 1 };
    const { operations, checks } = plan(desired, unread);
    expect(operations).toContainEqual(expect.objectContaining({ kind: 'fetch-model', bytes: 1000 }));
    expect(checks).toEqual([]);
  });

  it('does not check space if nothing is missing', () => {
    expect(plan(desired, { ...done, freeBytes: 0 }).checks).toEqual([]);
  });

  it('keeps an orphaned service and warns', () => {
    const without = desiredOf(
      fleetInputOf({ config: configOf({ coordinator: { port: 1, url: 'http://c:1', tokenFile: null } }) }),
    );
    const observed = {
      ...doneBox(without),
      containers: [...doneBox(without).containers, done.containers[0]!],
    };
    expect(text(observed, without)).toEqual([
      '! warning RMA_PLAN_ORPHAN: coordinator is no longer part of the project; it is left unchanged',
    ]);
    expect(text(observed, without, true)).toEqual([
      '- remove-service coordinator (destructive): no longer part of the project',
    ]);
  });

  it('removes an orphaned worker before its engines, so that it can drain', () => {
    const old = (service: string, role: 'worker' | 'engine') => ({ ...done.containers[0]!, service, role });
    const containers = [...done.containers, old('a-llm', 'engine'), old('b-worker', 'worker')];
    expect(text({ ...done, containers }, desired, true)).toEqual([
      '> drain-worker b-worker: will be removed',
      '- remove-service b-worker (destructive): no longer part of the project',
      '- remove-service a-llm (destructive): no longer part of the project',
    ]);
  });

  it('warns about a volume with other options, and keeps it', () => {
    const volume = { name: 'rma-models', driver: 'local', options: { type: 'nfs' }, labels: {} };
    expect(text({ ...done, volumes: new Map([[volume.name, volume]]) })).toEqual([
      '! warning RMA_VOLUME_DRIFT: volume rma-models has options (type=nfs), but a plain volume was requested; the existing volume is used',
    ]);
  });

  it('creates no volume for a host directory', () => {
    const volumes = { store: { type: 'host', path: '/data' }, cache: { type: 'named', name: 'c' } } as const;
    const wanted = desiredOf(fleetInputOf({ config: configOf({ volumes }) }));
    expect(text(emptyBox(), wanted).filter((line) => line.includes('volume'))).toEqual([]);
  });
});

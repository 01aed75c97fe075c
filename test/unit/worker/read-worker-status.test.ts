import { describe, expect, it } from 'vitest';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { EXIT } from '../../../src/core/errors.ts';
import { readStoreCheck } from '../../../src/core/store/read-store-check.ts';
import { readWorkerStatus } from '../../../src/core/worker/read-worker-status.ts';

const failure = { code: 'RMA_HUB_DENIED', message: 'denied', hint: 'log in', exitCode: EXIT.denied } as const;
const status: WorkerStatus = {
  schema: 'rma.worker-status/v1',
  worker: 'box-demo-chat',
  profile: 'chat',
  state: 'failed',
  since: '2026-01-01T00:00:00Z',
  failure,
  models: [
    {
      ref: 'hf:org/repo',
      state: 'downloading',
      doneBytes: 1,
      totalBytes: 2,
      fetchedBytes: 1,
      bytesPerSecond: 0.5,
      etaSeconds: null,
      note: 'resumed',
    },
  ],
  engines: [{ service: 'chat-llm', state: 'down', note: 'refused', fault: failure }],
  registered: false,
  confirmedAt: '2026-01-01T00:00:05Z',
};

describe('the status of a worker', () => {
  it('is the same after writing and reading', () => {
    expect(readWorkerStatus(JSON.stringify(status))).toEqual(status);
  });

  it('of a newer version may have more keys', () => {
    const newer = { ...status, queue: 3, models: [{ ...status.models[0], source: 'lan' }] };
    expect(readWorkerStatus(JSON.stringify(newer))).toEqual(status);
  });

  it.each([
    ['without a key', { ...status, registered: undefined }, '$.registered is missing'],
    [
      'with an unknown state',
      { ...status, state: 'pruning' },
      /^.*\$\.state must be one of checking, .*, not "pruning"$/,
    ],
    [
      'with a string instead of a number',
      { ...status, models: [{ ...status.models[0], doneBytes: '1' }] },
      '$.models[0].doneBytes must be a number, not "1"',
    ],
    [
      'with a failure without an error code',
      { ...status, failure: { ...failure, code: 'EACCES' } },
      '$.failure.code must be an error code, not "EACCES"',
    ],
    [
      'in another schema',
      { ...status, schema: 'rma.worker-status/v2' },
      '$.schema must be "rma.worker-status/v1", not "rma.worker-status/v2"',
    ],
  ])('%s is rejected with a hint', (_name, value, fault) => {
    expect(() => readWorkerStatus(JSON.stringify(value))).toThrow(
      expect.objectContaining({
        code: 'RMA_WORKER_INCOMPATIBLE',
        message:
          typeof fault === 'string'
            ? `cannot read the status of the worker: ${fault}`
            : expect.stringMatching(fault),
        hint: expect.stringContaining('rma up'),
      }),
    );
  });

  it('is rejected if it is not JSON', () => {
    expect(() => readWorkerStatus('Segmentation fault')).toThrow(
      expect.objectContaining({
        message: 'cannot read the status of the worker: not JSON: "Segmentation fault"',
      }),
    );
  });
});

describe('a store check', () => {
  const file = { path: 'model.gguf', bytes: 3, digest: null };
  const check = { ref: 'hf:org/repo', state: 'partial', missing: [file], totalBytes: 9, missingBytes: 3 };

  it('is the same after writing and reading', () => {
    const answer = { checks: [check], freeBytes: 10 };
    expect(readStoreCheck(JSON.stringify(answer), 'rma-worker:1')).toEqual(answer);
  });

  it('of another version is rejected with the image', () => {
    expect(() => readStoreCheck('{"models":[]}', 'rma-worker:1')).toThrow(
      expect.objectContaining({
        code: 'RMA_WORKER_INCOMPATIBLE',
        message: 'cannot read the store check of rma-worker:1: $.checks is missing; $.freeBytes is missing',
        hint: expect.stringContaining('docker image rm rma-worker:1'),
      }),
    );
  });
});

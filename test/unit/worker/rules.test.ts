import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/core/domain/profile.ts';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { coordinatorAnswer } from '../../../src/core/worker/coordinator-answer.ts';
import { downloadSet } from '../../../src/core/worker/download-set.ts';
import { requestsInFlight } from '../../../src/core/worker/in-flight.ts';
import { missingNames } from '../../../src/core/worker/model-list.ts';
import { unstarted } from '../../../src/core/worker/model-progress.ts';
import { isHealthy } from '../../../src/core/worker/worker-health.ts';
import { profileServiceOf } from '../../helpers/builders/render-builders.ts';

describe('the response of a coordinator', () => {
  const answer = (method: 'POST' | 'PUT', status: number, body = '') =>
    coordinatorAnswer({ method, url: 'http://c', status, body });
  const kind = (method: 'POST' | 'PUT', status: number) => answer(method, status).kind;

  it('is accepted with its lease', () => {
    expect(answer('POST', 201, '{"leaseSeconds":15}')).toEqual({
      kind: 'accepted',
      leaseSeconds: 15,
    });
    expect(answer('PUT', 204)).toEqual({ kind: 'accepted', leaseSeconds: null });
  });

  it('is a request to register again for an unknown worker', () => {
    expect(kind('PUT', 404)).toBe('unknown');
  });

  it.each([404, 408, 409, 429, 500, 502, 503])('is temporary for a registration with %i', (status) => {
    expect(kind('POST', status)).toBe('unavailable');
  });

  it.each([301, 400, 401, 403, 405, 413, 422])('is final for %i', (status) => {
    expect(kind('PUT', status)).toBe('refused');
  });

  it('is reported with the message of the coordinator and a hint', () => {
    const body = '{"error":{"code":"X","message":"$.id must be a text"}}';
    expect(answer('POST', 422, body)).toMatchObject({
      kind: 'refused',
      error: { code: 'RMA_COORDINATOR_REFUSED', message: expect.stringContaining('$.id must be a text') },
    });
    expect(answer('PUT', 401)).toMatchObject({
      error: { exitCode: 4, hint: expect.stringContaining('COORDINATOR_TOKEN_FILE') },
    });
  });
});

describe('the download set of a worker type', () => {
  const service = (...models: string[]) =>
    profileServiceOf({ engine: 'e', models, flags: [], memoryBytes: null });
  const profile = (name: string, ...models: string[]) =>
    [
      name,
      {
        name,
        description: '',
        minGpuBytes: null,
        recommendedGpuBytes: null,
        variants: [{ name: 'default', services: [service(...models)] }],
      },
    ] as const;
  const catalog: Catalog = {
    profiles: new Map([profile('ocr', 'vision'), profile('gpu-worker', 'hf:org/llm', 'vision')]),
    engines: new Map(),
    origins: new Map(),
    engineOrigins: new Map(),
    served: new Map(),
    models: new Map([
      [
        'vision',
        {
          name: 'vision',
          ref: 'hf:org/vision',
          kind: 'vision',
          license: '',
          description: '',
          gpuMemoryBytes: null,
          optional: false,
        },
      ],
    ]),
  };

  it('[req R42] contains the models of that profile, or of all', () => {
    expect(downloadSet(catalog, ['ocr'])).toEqual(['hf:org/vision']);
    expect(downloadSet(catalog, ['all'])).toEqual(['hf:org/llm', 'hf:org/vision']);
  });

  it('[case S12] contains the models of several profiles, each once', () => {
    expect(downloadSet(catalog, ['ocr', 'gpu-worker', 'ocr'])).toEqual(['hf:org/llm', 'hf:org/vision']);
  });

  it.each([[[]], [['tpu-worker']], [['ocr', 'tpu-worker']]])(
    '[req R41] fails with the known types for %j',
    (types) => {
      expect(() => downloadSet(catalog, types)).toThrow(
        expect.objectContaining({ exitCode: 2, hint: expect.stringContaining('[gpu-worker|ocr|all]') }),
      );
    },
  );
});

describe('health', () => {
  const status = (state: WorkerStatus['state'], model: 'present' | 'downloading'): WorkerStatus => ({
    schema: 'rma.worker-status/v1',
    worker: 'w',
    profile: 'p',
    state,
    since: '',
    failure: null,
    models: [{ ...unstarted('hf:a/b', 1), state: model }],
    engines: [],
    registered: false,
  });

  it('requires all models, but not the engines', () => {
    expect(isHealthy(status('waiting-for-engines', 'present'))).toBe(true);
    expect(isHealthy(status('degraded', 'present'))).toBe(true);
    expect(isHealthy(status('downloading', 'downloading'))).toBe(false);
    expect(isHealthy(status('failed', 'present'))).toBe(false);
  });
});

describe('engine responses', () => {
  it('are summed over the labels of a Prometheus metric', () => {
    const text = [
      '# TYPE vllm:running gauge',
      'vllm:running{model="a b",x="}"} 2',
      'vllm:running{model="b"} 1 1700000000',
      'vllm:running_total 9',
      'vllm:running NaN',
    ].join('\n');
    expect(requestsInFlight(text, 'vllm:running')).toBe(3);
    expect(requestsInFlight('llamacpp:requests_processing 4\n', 'llamacpp:requests_processing')).toBe(4);
    expect(requestsInFlight('', 'x')).toBe(0);
  });

  it('[case E07] include the batch that is being computed, from counters of started and finished requests', () => {
    const expression =
      'te_embed_count - te_embed_success - te_request_failure{err="tokenization"} - te_request_failure{err="inference"}';
    const text = [
      'te_queue_size 0',
      'te_embed_count 40',
      'te_embed_success 31',
      'te_request_failure{err="tokenization"} 2',
      'te_request_failure{err="validation"} 5',
      'te_request_failure{err="inference",x="y"} 1',
    ].join('\n');
    expect(requestsInFlight(text, expression)).toBe(6);
    expect(requestsInFlight(text, 'te_queue_size + te_embed_count')).toBe(40);
    expect(requestsInFlight('te_embed_count 3\nte_embed_success 4\n', expression)).toBe(0);
  });

  it('report missing model names, and all for an invalid list', () => {
    expect(missingNames('{"data":[{"id":"a"},{"id":"b"}]}', ['a', 'c'])).toEqual(['c']);
    expect(missingNames('{"model_id":"/models/x","served_model_name":"a"}', ['a', 'c'])).toEqual(['c']);
    for (const body of ['<html>', '{}', 'null', '{"data":{}}', '{"data":[null,1]}']) {
      expect(missingNames(body, ['a'])).toEqual(['a']);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { readFetchRequest } from '../../../src/core/worker/read-fetch-request.ts';
import { readWorkerConfig } from '../../../src/core/worker/read-worker-config.ts';
import { workerConfig } from '../../helpers/worker/worker-config.ts';

describe('the configuration of a worker', () => {
  it('is the same after writing and reading', () => {
    const config = workerConfig({ coordinator: { url: 'http://coordinator:7700' } });
    expect(readWorkerConfig(JSON.stringify(config), 'f')).toEqual(config);
  });

  it('is rejected with every error and its path', () => {
    const config = { ...workerConfig(), heartbeatSeconds: 0, engines: [{ service: 's' }], host: 3 };
    expect(() => readWorkerConfig(JSON.stringify(config), '/etc/rma/worker.json')).toThrow(
      expect.objectContaining({
        code: 'RMA_WORKER_CONFIG',
        exitCode: 2,
        message: expect.stringMatching(
          /^\/etc\/rma\/worker\.json: \$\.host must be .*\$\.engines\[0\]\.engine .*\$\.heartbeatSeconds must be an integer from 1, not 0/,
        ),
      }),
    );
  });

  it('is rejected if it is not JSON', () => {
    expect(() => readWorkerConfig('{', 'f')).toThrow(expect.objectContaining({ code: 'RMA_WORKER_CONFIG' }));
  });
});

describe('a fetch request', () => {
  it('is parsed with its models and the references of the project', () => {
    const { models } = workerConfig();
    const needs = { host: 'h', project: 'p', profile: 'chat', refs: ['hf:org/repo'] };
    const pinned = { ...needs, commits: { 'hf:org/repo': 'a'.repeat(40) } };
    for (const request of [
      { models, needs },
      { models, needs: pinned },
    ])
      expect(readFetchRequest(JSON.stringify(request))).toEqual(request);
    expect(readFetchRequest('{"models":[]}').models).toEqual([]);
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', 'a\\..\\b', '.', 'a/.', 'a\nb', ''])(
    'is rejected for a file with the path %j',
    (path) => {
      const model = { ...workerConfig().models[0]!, files: [{ path, bytes: 1, digest: null }] };
      expect(() => readFetchRequest(JSON.stringify({ models: [model] }))).toThrow(
        expect.objectContaining({ code: 'RMA_WORKER_REQUEST', exitCode: 2 }),
      );
    },
  );
});

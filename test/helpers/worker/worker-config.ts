import type { WorkerConfig } from '../../../src/core/domain/worker-config.ts';

export const MODEL_REF = 'hf:org/repo:tiny.gguf';

/** Returns the configuration of a worker, by default with one model and no engines. */
export function workerConfig(part: Partial<WorkerConfig> = {}): WorkerConfig {
  return {
    schema: 'rma.worker-config/v1',
    worker: 'box-demo-cpu-worker',
    host: 'box',
    project: 'demo',
    profile: 'cpu-worker',
    models: [
      {
        source: 'hf',
        ref: MODEL_REF,
        repo: 'org/repo',
        revision: 'main',
        commit: 'a'.repeat(40),
        complete: false,
        files: [{ path: 'tiny.gguf', bytes: 100, digest: { algorithm: 'sha256', hex: 'b'.repeat(64) } }],
      },
    ],
    engines: [],
    coordinator: null,
    heartbeatSeconds: 5,
    drainSeconds: 30,
    ...part,
  };
}

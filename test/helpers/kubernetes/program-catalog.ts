import { catalogOf, engineOf, profileServiceOf } from '../builders/render-builders.ts';

/** A worker image that polls a queue. */
const PROGRAM = engineOf('poller', {
  image: 'registry.example/poller:1.0.0',
  port: null,
  healthPath: null,
  modelsPath: null,
  metricsPath: null,
  inFlightMetric: null,
  chatPath: null,
  command: ['python', '/app/worker.py', '{model}'],
  environment: { WORKER_TYPE: 'ocr' },
  healthTest: ['CMD', 'test', '-e', '/tmp/alive'],
});

/** The catalog with the profile `queue`, whose service is no server. */
export const PROGRAM_CATALOG = catalogOf({ queue: [profileServiceOf({ engine: 'poller' })] }, [PROGRAM]);

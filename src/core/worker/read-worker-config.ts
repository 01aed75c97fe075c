import type { EngineTarget, WorkerConfig } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { checkShape, list, nullable, oneOf, record, type Shape, text, wholeNumber } from '../shape.ts';
import { pinnedModelShape } from './pinned-model-shape.ts';

const address = text('an http or https address', /^https?:\/\//);
const urlPath = text('a path that begins with /', /^\//);

const engine: Shape<EngineTarget> = record({
  service: text(),
  engine: text(),
  url: address,
  endpoint: address,
  healthPath: urlPath,
  modelsPath: urlPath,
  inFlight: nullable(record({ path: urlPath, metric: text() })),
  loaded: nullable(record({ path: urlPath, on: oneOf('gpu', 'cpu') })),
  models: list(record({ ref: text(), name: text(), kind: nullable(oneOf('chat', 'embedding', 'vision')) })),
});

const config: Shape<WorkerConfig> = record({
  schema: oneOf('rma.worker-config/v1'),
  worker: text(),
  host: text(),
  project: text(),
  profile: text(),
  models: list(pinnedModelShape),
  engines: list(engine),
  coordinator: nullable(record({ url: address })),
  heartbeatSeconds: wholeNumber(1),
  drainSeconds: wholeNumber(),
});

/**
 * The worker's configuration out of the JSON text that `where` holds.
 * @throws RmaError RMA_WORKER_CONFIG exit 2, with every fault and its place
 */
export function readWorkerConfig(json: string, where: string): WorkerConfig {
  const checked = checkShape(config, parse(json, where));
  if (checked.ok) return checked.value;
  throw badConfig(`${where}: ${checked.faults.join('; ')}`);
}

function parse(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw badConfig(`${where} is not JSON: ${said}`);
  }
}

function badConfig(message: string): RmaError {
  return new RmaError('RMA_WORKER_CONFIG', message, {
    exitCode: EXIT.usage,
    hint: 'run rma up: it writes this configuration anew',
  });
}

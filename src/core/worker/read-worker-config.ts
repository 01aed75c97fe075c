import * as z from 'zod/mini';
import type { EngineTarget, WorkerConfig, WorkerGroup } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { matching, text, wholeNumber } from '../schema/rules.ts';
import { pinnedModelSchema } from '../source/pinned-model-schema.ts';

const address = matching(/^https?:\/\//, 'an http or https URL');
const urlPath = matching(/^\//, 'a path that starts with /');

const engine: Schema<EngineTarget> = z.object({
  service: text(),
  engine: text(),
  url: address,
  endpoint: address,
  healthPath: urlPath,
  modelsPath: z.nullable(urlPath),
  inFlight: z.nullable(z.object({ path: urlPath, metric: text() })),
  loaded: z.nullable(
    z.object({ path: urlPath, on: z.enum(['gpu', 'cpu']), together: z.optional(z.boolean()) }),
  ),
  models: z.array(
    z.object({
      ref: text(),
      name: text(),
      kind: z.nullable(z.enum(['chat', 'embedding', 'vision'])),
      weights: z.optional(text()),
    }),
  ),
});

const group: Schema<WorkerGroup> = z.object({
  name: text(),
  rank: wholeNumber(0),
  nodes: wholeNumber(2),
  service: text(),
  hosts: z.array(text()),
  listens: z.nullable(matching(/^[^:]+:\d+$/, 'a host name and a port, host:port')),
});

const workerConfig: Schema<WorkerConfig> = z.object({
  schema: z.literal('rma.worker-config/v1'),
  worker: text(),
  host: text(),
  project: text(),
  profile: text(),
  models: z.array(pinnedModelSchema),
  engines: z.array(engine),
  programs: z.optional(z.array(z.object({ service: text(), models: z.array(text()) }))),
  group: z.optional(group),
  coordinator: z.nullable(z.object({ url: address })),
  heartbeatSeconds: wholeNumber(1),
  drainSeconds: wholeNumber(0),
});

/**
 * Parses the configuration of the worker; `where` names its file or variable.
 * @throws RmaError RMA_WORKER_CONFIG exit 2, with every fault and its place
 */
export function readWorkerConfig(json: string, where: string): WorkerConfig {
  const parsed = parseJson(workerConfig, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_CONFIG', `${where}: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: 'regenerate the configuration: rma up',
  });
}

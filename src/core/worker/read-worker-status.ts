import * as z from 'zod/mini';
import {
  type EngineStatus,
  type ModelProgress,
  WORKER_STATES,
  type WorkerStatus,
} from '../domain/worker-status.ts';
import { type ErrorCode, type ErrorDocument, EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';

const EXIT_CODES = Object.values(EXIT);

/** An error, as JSON carries it. */
export const errorDocument: Schema<ErrorDocument> = z.object({
  code: z.custom<ErrorCode>(
    (value) => typeof value === 'string' && value.startsWith('RMA_'),
    'an error code',
  ),
  message: z.string(),
  hint: z.exactOptional(z.string()),
  exitCode: z.literal(EXIT_CODES),
});

/** The progress of a model, as JSON carries it. */
export const modelProgress: Schema<ModelProgress> = z.object({
  ref: z.string(),
  state: z.enum([
    'waiting',
    'checking',
    'downloading',
    'importing',
    'exporting',
    'verifying',
    'present',
    'failed',
  ]),
  doneBytes: z.number(),
  totalBytes: z.number(),
  fetchedBytes: z.number(),
  bytesPerSecond: z.nullable(z.number()),
  etaSeconds: z.nullable(z.number()),
  note: z.exactOptional(z.string()),
  fault: z.exactOptional(errorDocument),
});

const engineStatus: Schema<EngineStatus> = z.object({
  service: z.string(),
  state: z.enum(['waiting', 'ready', 'down']),
  note: z.exactOptional(z.string()),
  respondedAt: z.exactOptional(z.string()),
  fault: z.exactOptional(errorDocument),
});

const workerStatus: Schema<WorkerStatus> = z.object({
  schema: z.literal('rma.worker-status/v1'),
  worker: z.string(),
  profile: z.string(),
  state: z.enum(WORKER_STATES),
  since: z.string(),
  failure: z.nullable(errorDocument),
  models: z.array(modelProgress),
  engines: z.array(engineStatus),
  registered: z.boolean(),
  coordinatorNote: z.exactOptional(z.string()),
  confirmedAt: z.exactOptional(z.string()),
});

/**
 * Parses a line of `rma-worker status --json` of a worker, for its service. Unknown keys are ignored.
 * @throws RmaError RMA_WORKER_INCOMPATIBLE exit 1, for a worker of another version
 */
export function readWorkerStatus(line: string, service: string | null = null): WorkerStatus {
  const parsed = parseJson(workerStatus, line);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot read the status of ${service ?? 'the worker'}: ${parsed.faults.join('; ')}`,
    {
      hint: 'the worker belongs to another version of rma; recreate it: rma up',
      details: { line: line.slice(0, 200) },
    },
  );
}

import * as z from 'zod/mini';
import type { WorkerFacts } from '../domain/host-facts.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';

const workerFacts: Schema<WorkerFacts> = z.object({
  schema: z.literal('rma.worker-facts/v1'),
  memory: z.object({ totalBytes: z.number(), availableBytes: z.number() }),
  kernel: z.string(),
  architecture: z.string(),
  cores: z.number(),
  disks: z.nullable(
    z.array(
      z.object({
        device: z.string(),
        type: z.string(),
        mount: z.string(),
        sizeBytes: z.number(),
        freeBytes: z.number(),
      }),
    ),
  ),
  pciGpus: z.array(z.object({ vendor: z.enum(['nvidia', 'amd', 'intel']), address: z.string() })),
});

/** Parses the output of `rma-worker facts`; null for a worker of another version. Unknown keys are ignored. */
export function readWorkerFacts(json: string): WorkerFacts | null {
  return jsonOrNull(workerFacts, json);
}

import * as z from 'zod/mini';
import type { ModelGeometry } from '../domain/geometry.ts';
import type { StoredModel } from '../domain/stored-model.ts';
import { RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';
import { pinnedFileSchema } from '../store/pinned-file-schema.ts';
import { geometrySchema } from './geometry-schema.ts';
import { pinnedModelSchema } from './pinned-model-schema.ts';

/** Output of `rma-worker recall`. */
export interface StoredAnswer {
  /** by reference; references that the store does not know are left out */
  readonly models: ReadonlyMap<string, StoredModel>;
  /** by reference; models whose header the store cannot read are left out */
  readonly geometry: ReadonlyMap<string, ModelGeometry | null>;
}

const storedModel: Schema<StoredModel> = z.object({
  model: pinnedModelSchema,
  recordedAt: z.nullable(text()),
  missing: z.array(pinnedFileSchema),
});

const answer = z.object({
  models: z.record(z.string(), storedModel),
  geometry: z.record(z.string(), z.nullable(geometrySchema)),
});

/** Returns the answer as one line of JSON. */
export function formatStoredAnswer({ models, geometry }: StoredAnswer): string {
  const stored = [...models].map(([ref, { check: _, ...model }]) => [ref, model] as const);
  return `${JSON.stringify({ models: Object.fromEntries(stored), geometry: Object.fromEntries(geometry) })}\n`;
}

/**
 * Parses the output of `rma-worker recall`.
 * @throws RmaError RMA_WORKER_INCOMPATIBLE exit 1, for a worker image of another version
 */
export function readStoredAnswer(json: string, image: string): StoredAnswer {
  const parsed = parseJson(answer, json);
  if (parsed.ok) {
    const { models, geometry } = parsed.value;
    return { models: new Map(Object.entries(models)), geometry: new Map(Object.entries(geometry)) };
  }
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot read the models that ${image} found in the store: ${parsed.faults.join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}

import * as z from 'zod/mini';
import type { CachedLayers, ModelGeometry } from '../domain/geometry.ts';
import type { Schema } from '../schema/parse.ts';
import { text, wholeNumber } from '../schema/rules.ts';

const figure = z.nullable(wholeNumber(0));

const each = { layers: wholeNumber(1), elements: wholeNumber(0) };
const cachedLayers: Schema<CachedLayers> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('full'), ...each }),
  z.object({ kind: z.literal('window'), ...each, window: wholeNumber(1) }),
  z.object({ kind: z.literal('latent'), ...each, expanded: wholeNumber(0) }),
  z.object({ kind: z.literal('state'), layers: wholeNumber(1), bytes: wholeNumber(0) }),
]);

/** A geometry as JSON carries it. */
export const geometrySchema: Schema<ModelGeometry> = z.object({
  architecture: z.nullable(text()),
  layers: figure,
  attentionHeads: figure,
  kvHeads: figure,
  keyLength: figure,
  valueLength: figure,
  contextLength: figure,
  cache: z.exactOptional(z.array(cachedLayers)),
  sizes: z.exactOptional(z.object({ width: figure, inside: figure, vocabulary: figure })),
  weightsBytes: wholeNumber(0),
});

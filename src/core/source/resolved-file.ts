import * as z from 'zod/mini';
import { canonicalJson } from '../canonical-json.ts';
import type { CachedLayers, ModelGeometry } from '../domain/geometry.ts';
import type { ResolvedModels } from '../domain/resolved-models.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text, wholeNumber } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';
import { pinnedModelSchema } from './pinned-model-schema.ts';

const SCHEMA = 'rma.resolved/v1';
const figure = z.nullable(wholeNumber(0));

const each = { layers: wholeNumber(1), elements: wholeNumber(0) };
const cachedLayers: Schema<CachedLayers> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('full'), ...each }),
  z.object({ kind: z.literal('window'), ...each, window: wholeNumber(1) }),
  z.object({ kind: z.literal('latent'), ...each, expanded: wholeNumber(0) }),
  z.object({ kind: z.literal('state'), layers: wholeNumber(1), bytes: wholeNumber(0) }),
]);

const geometry: Schema<ModelGeometry> = z.object({
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

const resolvedFile = z.object({
  schema: z.literal(SCHEMA),
  models: z.record(z.string(), pinnedModelSchema),
  geometry: z.optional(z.record(z.string(), z.nullable(geometry))),
  missing: z.optional(z.record(z.string(), text())),
});

/** Returns the text of `resolved.json`; the same models give the same bytes. */
export function formatResolved({ pinned, geometry, missing }: ResolvedModels): string {
  const file = {
    schema: SCHEMA,
    models: Object.fromEntries(pinned),
    ...(geometry.size > 0 && { geometry: Object.fromEntries(geometry) }),
    ...(missing.size > 0 && { missing: Object.fromEntries(missing) }),
  };
  return `${canonicalJson(file, 2)}\n`;
}

/**
 * Parses the text of `resolved.json`. The file is not trusted: no path in it may lead out of the store.
 * @throws RmaError RMA_RESOLVED_INVALID exit 2
 */
export function parseResolved(content: string, path: string): ResolvedModels {
  const parsed = parseJson(resolvedFile, content);
  if (!parsed.ok) throw invalid(path, parsed.faults[0] ?? '');
  const { models, geometry = {}, missing = {} } = parsed.value;
  const mixed = Object.keys(models).find((ref) => models[ref]?.ref !== ref);
  if (mixed !== undefined)
    throw invalid(path, `the entry "${mixed}" has the reference "${models[mixed]?.ref}"`);
  return {
    pinned: new Map(Object.entries(models)),
    geometry: new Map(Object.entries(geometry)),
    missing: new Map(Object.entries(missing)),
  };
}

function invalid(path: string, fault: string): RmaError {
  return new RmaError('RMA_RESOLVED_INVALID', `invalid resolved models in ${path}: ${fault}`, {
    exitCode: EXIT.usage,
    hint: shell`remove it to resolve the models again: rm ${path}`,
  });
}

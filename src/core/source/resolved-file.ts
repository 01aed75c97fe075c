import * as z from 'zod/mini';
import { canonicalJson } from '../canonical-json.ts';
import type { ResolvedModels } from '../domain/resolved-models.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';
import { geometrySchema } from './geometry-schema.ts';
import { isEntryOf, pinnedModelSchema } from './pinned-model-schema.ts';

const SCHEMA = 'rma.resolved/v1';
const resolvedFile = z.object({
  schema: z.literal(SCHEMA),
  models: z.record(z.string(), pinnedModelSchema),
  geometry: z.optional(z.record(z.string(), z.nullable(geometrySchema))),
  missing: z.optional(z.record(z.string(), text())),
});

/** Returns the text of `resolved.json`; the same models give the same bytes. What is transient is left out. */
export function formatResolved({ pinned, geometry, missing, transient }: ResolvedModels): string {
  const lasting = <T>(facts: ReadonlyMap<string, T>) => [...facts].filter(([ref]) => !transient?.has(ref));
  const kept = { geometry: lasting(geometry), missing: lasting(missing) };
  const file = {
    schema: SCHEMA,
    models: Object.fromEntries(pinned),
    ...(kept.geometry.length > 0 && { geometry: Object.fromEntries(kept.geometry) }),
    ...(kept.missing.length > 0 && { missing: Object.fromEntries(kept.missing) }),
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
  const mixed = Object.keys(models).find((ref) => !isEntryOf(models[ref], ref));
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

import * as z from 'zod/mini';
import type { StoreNeeds } from '../domain/fetch-request.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

const fields = {
  host: text(),
  project: text(),
  profile: text(),
  refs: z.array(text()),
  commits: z.optional(z.record(z.string(), text())),
};

/** What a worker needs, as JSON carries it. */
export const needsSchema: Schema<StoreNeeds> = z.object(fields);

const needsRecord: Schema<StoreNeeds & { readonly schema: 'rma.needs/v1' }> = z.object({
  schema: z.literal('rma.needs/v1'),
  ...fields,
});

/** Parses what a worker needs, `projects/HOST-PROJECT.PROFILE.json` of a store; null for anything else. */
export function readNeeds(json: string): StoreNeeds | null {
  const found = jsonOrNull(needsRecord, json);
  if (found === null) return null;
  const { schema: _, ...needs } = found;
  return needs;
}

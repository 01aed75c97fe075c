import * as z from 'zod/mini';
import type { Schema } from '../schema/parse.ts';
import { textWithout } from '../schema/rules.ts';
import { filterFault } from './filter.ts';
import type { PrunePolicy } from './policy.ts';

const seconds = z.nullable(z.number().check(z.minimum(0)));

/** A policy in a request for the worker. */
export const policySchema: Schema<PrunePolicy> = z.object({
  keepSeconds: seconds,
  maxBytes: seconds,
  minFree: z.nullable(z.object({ lowBytes: z.number(), highBytes: z.number() })),
  keepRevisions: z.nullable(z.int().check(z.minimum(1))),
  filters: z.array(textWithout(filterFault, 'a filter')),
  partialsSeconds: seconds,
  orphansSeconds: seconds,
  quarantineSeconds: seconds,
  graceSeconds: z.number().check(z.minimum(0)),
});

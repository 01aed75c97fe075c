import * as z from 'zod/mini';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { Schema } from '../schema/parse.ts';
import { SOURCES } from './sources.ts';

const [first, ...others] = SOURCES.map(({ schema }) => schema);
if (first === undefined) throw new Error('no sources');

/** A pinned model as JSON carries it: in the Compose file, in resolved.json and on stdin of the worker. */
export const pinnedModelSchema: Schema<PinnedModel> = z.discriminatedUnion('source', [first, ...others]);

/** Returns whether a model is what a reference means: it was resolved from it, or from another of its sources. */
export function isEntryOf(model: PinnedModel | undefined, ref: string): boolean {
  return model?.ref === ref || model?.sources?.includes(ref) === true;
}

import * as z from 'zod/mini';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

/** HTTP headers that change with the content of a file. */
export interface Validator {
  /** without the mark of a weak one, which a proxy that compresses adds */
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/** Path of a file → its validator. */
export type Validators = Readonly<Record<string, Validator>>;

export const validatorsSchema: Schema<Validators> = z.record(
  z.string(),
  z.object({ etag: z.optional(text()), lastModified: z.optional(text()) }),
);

/** Longest header that is recorded, characters. */
const MAX_LENGTH = 256;

/** Returns the validator in the headers of a response; empty if there is none. */
export function validatorOf(headers: Readonly<Record<string, string>>): Validator {
  const etag = (headers['etag'] ?? '').replace(/^W\//, '');
  const lastModified = headers['last-modified'] ?? '';
  return {
    ...(isShort(etag) && { etag }),
    ...(isShort(lastModified) && { lastModified }),
  };
}

function isShort({ length }: string): boolean {
  return length > 0 && length <= MAX_LENGTH;
}

/** Returns the validators of the files that have one; undefined without any. */
export function knownValidators(entries: readonly (readonly [string, Validator])[]): Validators | undefined {
  const known = entries.filter(([, validator]) => Object.keys(validator).length > 0);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** Returns whether the validators of two resolutions show that a file changed. A validator that only one of them has shows nothing. */
export function isChanged(one: PinnedModel, other: PinnedModel): boolean {
  const [before, after] = [validatorsOf(one), validatorsOf(other)];
  return Object.entries(before).some(([path, old]) => {
    const now = Object.hasOwn(after, path) ? after[path] : undefined;
    if (now === undefined) return false;
    const key = old.etag !== undefined && now.etag !== undefined ? 'etag' : 'lastModified';
    return old[key] !== undefined && now[key] !== undefined && old[key] !== now[key];
  });
}

/** Returns the validators of a model; empty for sources that publish hashes. */
export function validatorsOf(model: PinnedModel): Validators {
  return (model as { readonly validators?: Validators }).validators ?? {};
}

import type { Catalog, Profile } from '../domain/profile.ts';
import type { ServedModel } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { REPO_NOT_FOUND } from '../hub/hub-refusal.ts';
import { findModel } from './find-model.ts';
import { findProfile, findVariant } from './select-services.ts';

/** Returns all models of the profiles by reference: of all variants, or of the given one. */
export function modelsOf(
  catalog: Catalog,
  profiles: readonly string[],
  variants: Readonly<Record<string, string>>,
): ReadonlyMap<string, ServedModel> {
  const found = profiles.flatMap((name) =>
    modelsOfProfile(catalog, findProfile(catalog, name), variants[name]),
  );
  return new Map(found.map((model) => [model.ref, model]));
}

/** Returns the profiles that use each reference in any variant. */
export function usersOf(catalog: Catalog): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const profile of catalog.profiles.values())
    for (const ref of new Set(modelsOfProfile(catalog, profile, undefined).map((model) => model.ref)))
      users.set(ref, [...(users.get(ref) ?? []), profile.name]);
  return users;
}

/** References of the catalog that their source may lack. */
export function optionalRefs(catalog: Catalog): ReadonlySet<string> {
  const optional = [...catalog.models.values()].filter((model) => model.optional);
  return new Set(optional.map(({ name }) => findModel(catalog, name).ref));
}

const MISSING = new Set([
  'RMA_HUB_NOT_FOUND',
  'RMA_HUB_REVISION_NOT_FOUND',
  'RMA_HUB_NO_MATCH',
  'RMA_OFFLINE_MISSING',
]);

/** Returns whether the source, or offline the store, does not have the model, as opposed to an unreachable source. */
export function isMissing(error: RmaError): boolean {
  if (error.code === 'RMA_HUB_UNAUTHORIZED') return error.details?.['errorCode'] === REPO_NOT_FOUND;
  return error.exitCode === EXIT.failed && MISSING.has(error.code);
}

/** Returns the error with the profiles that use the model. */
export function namedBy(error: RmaError, profiles: readonly string[]): RmaError {
  if (profiles.length === 0 || !isMissing(error)) return error;
  const who = profiles.length === 1 ? 'profile' : 'profiles';
  return new RmaError(error.code, `${error.message}; used by ${who} ${profiles.join(', ')}`, {
    exitCode: error.exitCode,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.details !== undefined && { details: error.details }),
    cause: error,
  });
}

function modelsOfProfile(catalog: Catalog, profile: Profile, variant: string | undefined): ServedModel[] {
  const variants = variant === undefined ? profile.variants : [findVariant(profile, variant)];
  return variants.flatMap(({ services }) =>
    services.flatMap(({ models }) => models.map((name) => findModel(catalog, name))),
  );
}

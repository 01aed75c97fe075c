import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { findModel } from '../profile/find-model.ts';

/** The worker type for all profiles. */
const ALL = 'all';

/**
 * Returns the model references of a worker type, each once, in the order of the profiles: those of the profile with that
 * name, or of all profiles for `all`.
 * @throws RmaError RMA_DOWNLOAD_TYPE exit 2 for an unknown or missing type; RMA_MODEL_UNKNOWN exit 2
 */
export function downloadSet(catalog: Catalog, type: string | undefined): readonly string[] {
  const known = [...catalog.profiles.keys()].sort();
  if (type === undefined || type === '') throw usage('worker type missing', known);
  const names = type === ALL ? known : known.filter((name) => name === type);
  if (names.length === 0 && type !== ALL) throw usage(`unknown worker type "${type}"`, known);
  const refs = names.flatMap((name) => modelsOf(catalog, name));
  return [...new Set(refs)];
}

function modelsOf(catalog: Catalog, profile: string): readonly string[] {
  const services = (catalog.profiles.get(profile)?.variants ?? []).flatMap((variant) => variant.services);
  return services.flatMap((service) => service.models.map((model) => findModel(catalog, model).ref));
}

function usage(message: string, known: readonly string[]): RmaError {
  return new RmaError('RMA_DOWNLOAD_TYPE', message, {
    exitCode: EXIT.usage,
    hint: `usage: download-models.sh [${[...known, ALL].join('|')}] (default: WORKER_TYPE)`,
  });
}

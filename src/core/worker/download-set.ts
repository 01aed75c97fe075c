import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { findModel } from '../profile/find-model.ts';

/** The worker type for all profiles. */
const ALL = 'all';

/**
 * Returns the model references of worker types, each once, in the order of the profiles: those of the profiles with these
 * names, or of all profiles for `all`.
 * @throws RmaError RMA_DOWNLOAD_TYPE exit 2 for an unknown or missing type; RMA_MODEL_UNKNOWN exit 2
 */
export function downloadSet(catalog: Catalog, types: readonly string[]): readonly string[] {
  const known = workerTypes(catalog);
  if (types.length === 0) throw usage('worker type missing', catalog);
  const unknown = types.filter((type) => type !== ALL && !known.includes(type));
  if (unknown.length > 0) throw usage(`unknown worker type "${unknown.join('", "')}"`, catalog);
  const names = types.includes(ALL) ? known : known.filter((name) => types.includes(name));
  const refs = names.flatMap((name) => modelsOf(catalog, name));
  return [...new Set(refs)];
}

/** Returns the help of `download-models.sh`. */
export function downloadUsage(catalog: Catalog): string {
  return [
    `usage: download-models.sh [--strict] [${[...workerTypes(catalog), ALL].join('|')}]...`,
    '',
    'Downloads the missing models of worker types to the store, and verifies them.',
    'Without an argument, the types are those in WORKER_TYPE.',
    '',
    '  --strict    exit with 8 if an optional model does not exist at its source',
    '  -h, --help  print help',
    '',
    'Variables: MODEL_CACHE_DIR (the store), HF_ENDPOINT, HF_TOKEN_PATH, LOG_LEVEL,',
    'LOG_FILE. Progress is written to stdout, warnings and errors to stderr.',
  ].join('\n');
}

/** Returns the error of an invalid argument or option. */
export function usage(message: string, catalog: Catalog): RmaError {
  return new RmaError('RMA_DOWNLOAD_TYPE', message, {
    exitCode: EXIT.usage,
    hint: `usage: download-models.sh [${[...workerTypes(catalog), ALL].join('|')}]... (default: WORKER_TYPE)`,
  });
}

function workerTypes(catalog: Catalog): readonly string[] {
  return [...catalog.profiles.keys()].sort();
}

function modelsOf(catalog: Catalog, profile: string): readonly string[] {
  const services = (catalog.profiles.get(profile)?.variants ?? []).flatMap((variant) => variant.services);
  return services.flatMap((service) => service.models.map((model) => findModel(catalog, model).ref));
}

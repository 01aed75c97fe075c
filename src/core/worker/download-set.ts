import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { findModel } from '../profile/find-model.ts';
import { isReference } from '../profile/is-reference.ts';
import { expandSets, isSetName } from '../profile/model-sets.ts';

/** The worker type for all profiles. */
const ALL = 'all';

/** The programs that download the models of worker types. */
export type DownloadProgram = 'download-models.sh' | 'rma-fetch';

/**
 * Returns the model references of worker types, each once, in the order of the profiles: those of the profiles with these
 * names, or of all profiles for `all`; for `rma-fetch` also the references and sets among the words.
 * @throws RmaError RMA_DOWNLOAD_TYPE exit 2 for an unknown or missing type; RMA_MODEL_* exit 2 for a reference
 */
export function downloadSet(
  catalog: Catalog,
  words: readonly string[],
  program: DownloadProgram = 'download-models.sh',
): readonly string[] {
  const known = workerTypes(catalog);
  if (words.length === 0) throw usage(missingWord(program), catalog, program);
  const isRef = (word: string): boolean => program === 'rma-fetch' && (isReference(word) || isSetName(word));
  const types = words.filter((word) => !isRef(word));
  const unknown = types.filter((type) => type !== ALL && !known.includes(type));
  if (unknown.length > 0) throw usage(`unknown worker type "${unknown.join('", "')}"`, catalog, program);
  const names = types.includes(ALL) ? known : known.filter((name) => types.includes(name));
  const refs = names.flatMap((name) => modelsOf(catalog, name));
  const named = expandSets(words.filter(isRef), catalog.models).map((word) => findModel(catalog, word).ref);
  return [...new Set([...refs, ...named])];
}

function missingWord(program: DownloadProgram): string {
  return program === 'rma-fetch' ? 'worker type, reference or set missing' : 'worker type missing';
}

/** Returns the help of a program. */
export function downloadUsage(catalog: Catalog, program: DownloadProgram): string {
  const isFetch = program === 'rma-fetch';
  return [
    `usage: ${program}${isFetch ? ' [--check]' : ''} [--strict] ${synopsis(catalog, program)}`,
    '',
    'Downloads the missing models of worker types to the store, and verifies them.',
    'Without an argument, the types are those in WORKER_TYPE.',
    ...(isFetch ? FETCH_TEXT : []),
    '',
    ...(isFetch ? ['  --check     send no request: fail if a model is missing or incomplete'] : []),
    '  --strict    exit with 8 if an optional model does not exist at its source',
    ...(isFetch ? ['  --then      the command and its arguments follow'] : []),
    '  -h, --help  print help',
    '',
    'Variables: MODEL_CACHE_DIR (the store), HF_ENDPOINT, HF_TOKEN_PATH, LOG_LEVEL,',
    'LOG_FILE. Progress is written to stdout, warnings and errors to stderr.',
  ].join('\n');
}

const FETCH_TEXT = [
  'References such as hf:org/repo and sets such as set:starter are accepted too.',
  'When all models are present, it becomes COMMAND, which keeps the process ID and',
  'receives all signals.',
];

/** Returns the error of an invalid argument or option. */
export function usage(message: string, catalog: Catalog, program: DownloadProgram): RmaError {
  return new RmaError('RMA_DOWNLOAD_TYPE', message, {
    exitCode: EXIT.usage,
    hint: `usage: ${program} ${synopsis(catalog, program)} (default: WORKER_TYPE)`,
  });
}

function synopsis(catalog: Catalog, program: DownloadProgram): string {
  const types = [...workerTypes(catalog), ALL].join('|');
  return program === 'rma-fetch' ? `[${types}|REFERENCE|SET]... [--then COMMAND...]` : `[${types}]...`;
}

function workerTypes(catalog: Catalog): readonly string[] {
  return [...catalog.profiles.keys()].sort();
}

function modelsOf(catalog: Catalog, profile: string): readonly string[] {
  const services = (catalog.profiles.get(profile)?.variants ?? []).flatMap((variant) => variant.services);
  return services.flatMap((service) => service.models.map((model) => findModel(catalog, model).ref));
}

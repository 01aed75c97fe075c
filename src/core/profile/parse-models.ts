import * as z from 'zod/mini';
import type { CatalogModel } from '../domain/profile.ts';
import { crossCheck } from '../schema/conflicts.ts';
import { isObject } from '../schema/issue.ts';
import { matching, text } from '../schema/rules.ts';
import { formatModelRef, parseModelRef } from '../source/parse-ref.ts';
import { withFiles } from '../source/with-files.ts';
import { parseBytes } from '../units.ts';
import { parseAt } from '../yaml/parse-at.ts';
import { type Fault, readYaml, type YamlText } from '../yaml/read-yaml.ts';
import { items, mapping, measure, optional, texts } from '../yaml/yaml-rules.ts';
import { setFault } from './model-sets.ts';
import { canonicalSources } from './model-sources.ts';
import { faultOf, referenceFault } from './reference-fault.ts';

/** Entries of a `models.yaml`. */
export interface ParsedModels {
  /** by name; null for an entry with faults */
  readonly models: ReadonlyMap<string, CatalogModel | null>;
  readonly faults: readonly Fault[];
}

const modelNames = z.record(
  matching(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a model name of letters, digits, . _ and -'),
  z.unknown(),
  'a mapping of model names',
);

/** A directory below `gguf/`; `default` is that of models without a set. */
const setName = matching(
  /^(?!default$)[a-z0-9][a-z0-9._-]{0,63}$/,
  'a set name of a-z, 0-9, . _ and -, not "default"',
);

const modelSchema = mapping({
  ref: text(),
  include: optional(texts),
  exclude: optional(texts),
  sources: optional(items(text())),
  kind: z.enum(['chat', 'embedding', 'vision']),
  license: optional(text()),
  description: optional(text()),
  gpu_memory: optional(measure(parseBytes, 'a size such as 5GiB')),
  optional: optional(z.boolean()),
  allow_pickle: optional(z.boolean()),
  sets: optional(items(setName)),
}).check(
  crossCheck(({ ref, include, exclude, sources, sets }: Partial<ReferenceFile>) => {
    if (ref === undefined) return [];
    const message = referenceFault(ref);
    if (message !== null) return [{ path: ['ref'], message }];
    const fault = faultOf(() => referenceOf({ ref, include, exclude }));
    if (fault !== null) return [{ path: [include ? 'include' : 'exclude'], message: fault }];
    const inSources = faultOf(() => sourcesOf({ ref, include, exclude, sources }));
    if (inSources !== null) return [{ path: ['sources'], message: inSources }];
    const inSets = sets ? setFault(ref) : null;
    return inSets === null ? [] : [{ path: ['sets'], message: inSets }];
  }),
);

/** Parses a `models.yaml`: name → model. Reports all faults of the file. An empty file has no models. */
export function parseModels(source: YamlText): ParsedModels {
  const document = readYaml(source);
  if (document.faults.length === 0 && document.value === null) return { models: new Map(), faults: [] };
  const names = parseAt(modelNames, document);
  const faults = [...document.faults, ...(names.ok ? [] : names.faults)];
  const models = new Map<string, CatalogModel | null>();
  for (const name of isObject(document.value) ? Object.keys(document.value) : []) {
    const parsed = parseAt(modelSchema, document, [name]);
    if (!parsed.ok) faults.push(...parsed.faults);
    models.set(name, parsed.ok ? modelOf(name, parsed.value) : null);
  }
  return { models, faults };
}

/** Returns the reference that selects the files of an entry. @throws RmaError RMA_MODEL_REF_INVALID (2) */
function referenceOf({ ref, include, exclude }: ReferenceFile): string {
  if (!include && !exclude) return ref;
  return formatModelRef(withFiles(parseModelRef(ref), { include: include ?? [], exclude: exclude ?? [] }));
}

function sourcesOf(file: ReferenceFile): Pick<CatalogModel, 'sources'> {
  return file.sources ? { sources: canonicalSources(referenceOf(file), file.sources) } : {};
}

interface ReferenceFile {
  readonly ref: string;
  readonly include?: readonly string[] | null | undefined;
  readonly exclude?: readonly string[] | null | undefined;
  readonly sources?: readonly string[] | null | undefined;
  readonly sets?: readonly string[] | null | undefined;
}

function modelOf(name: string, file: z.output<typeof modelSchema>): CatalogModel {
  return {
    name,
    ref: referenceOf(file),
    ...sourcesOf(file),
    kind: file.kind,
    license: file.license ?? '',
    description: file.description ?? '',
    gpuMemoryBytes: file.gpu_memory ?? null,
    optional: file.optional ?? false,
    ...(file.allow_pickle === true && { allowPickle: true }),
    ...(file.sets && { sets: file.sets }),
  };
}

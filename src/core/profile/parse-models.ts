import * as z from 'zod/mini';
import type { CatalogModel } from '../domain/profile.ts';
import { conflicts } from '../schema/conflicts.ts';
import { isObject } from '../schema/issue.ts';
import { matching, text } from '../schema/rules.ts';
import { parseBytes } from '../units.ts';
import { parseAt } from '../yaml/parse-at.ts';
import { type Fault, readYaml, type YamlText } from '../yaml/read-yaml.ts';
import { mapping, measure, optional } from '../yaml/yaml-rules.ts';
import { referenceFault } from './reference-fault.ts';

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

const modelSchema = mapping({
  ref: text().check(
    conflicts((ref) => {
      const message = referenceFault(ref);
      return message === null ? [] : [{ path: [], message }];
    }),
  ),
  kind: z.enum(['chat', 'embedding', 'vision']),
  license: optional(text()),
  description: optional(text()),
  gpu_memory: optional(measure(parseBytes, 'a size such as 5GiB')),
  optional: optional(z.boolean()),
});

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

function modelOf(name: string, file: z.output<typeof modelSchema>): CatalogModel {
  return {
    name,
    ref: file.ref,
    kind: file.kind,
    license: file.license ?? '',
    description: file.description ?? '',
    gpuMemoryBytes: file.gpu_memory ?? null,
    optional: file.optional ?? false,
  };
}

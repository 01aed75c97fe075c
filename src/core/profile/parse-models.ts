import type { CatalogModel } from '../domain/profile.ts';
import { parseBytes } from '../units.ts';
import { faultAt, isMapping, openFields } from '../yaml/fields.ts';
import { type Fault, readYaml, type YamlDocument, type YamlText } from '../yaml/read-yaml.ts';
import { choice, measure, showValue, text, yesOrNo } from '../yaml/reads.ts';
import { referenceFault } from './reference-fault.ts';

/** Entries of a `models.yaml`, by name. */
export interface ParsedModels {
  readonly models: readonly CatalogModel[];
  readonly faults: readonly Fault[];
}

const KINDS = ['chat', 'embedding', 'vision'] as const;
const SIZE = measure(parseBytes, 'a size such as 5GiB');
const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Reads a `models.yaml`: name → where the model comes from. All faults are told at once. An empty file is fine. */
export function parseModels(source: YamlText): ParsedModels {
  const document = readYaml(source);
  const faults = [...document.faults];
  const top = document.value ?? {};
  if (!isMapping(top)) {
    faults.push(faultAt(document, [], `the file must be a mapping of model names, not ${showValue(top)}`));
    return { models: [], faults };
  }
  return { models: Object.keys(top).map((name) => parseModel(document, name, faults)), faults };
}

function parseModel(document: YamlDocument, name: string, faults: Fault[]): CatalogModel {
  if (!MODEL_NAME.test(name)) {
    const message = `${JSON.stringify(name)} cannot be the name of a model: letters, digits, . _ - only`;
    faults.push({ file: document.file, ...document.keyAt([name]), message });
  }
  const fields = openFields(
    document,
    [name],
    ['ref', 'kind', 'license', 'description', 'gpu_memory', 'optional'],
    faults,
  );
  const ref = fields?.required('ref', text(), '') ?? '';
  const wrong = ref === '' ? null : referenceFault(ref);
  if (wrong !== null) faults.push(faultAt(document, [name, 'ref'], wrong));
  return {
    name,
    ref,
    kind: fields?.required('kind', choice(KINDS), 'chat') ?? 'chat',
    license: fields?.optional('license', text(), '') ?? '',
    description: fields?.optional('description', text(), '') ?? '',
    gpuMemoryBytes: fields?.optional<number | null>('gpu_memory', SIZE, null) ?? null,
    optional: fields?.optional('optional', yesOrNo, false) ?? false,
  };
}

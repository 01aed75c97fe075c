import type { Profile, ProfileService } from '../model/profile.ts';
import { parseBytes } from '../units.ts';
import { openFields } from '../yaml/fields.ts';
import { type Fault, readYaml, type YamlDocument, type YamlPath, type YamlText } from '../yaml/read-yaml.ts';
import { measure, text, texts } from '../yaml/reads.ts';

/** A profile as its file says, with the document for faults that only show beside the other files. */
export interface ParsedProfile {
  readonly profile: Profile;
  readonly document: YamlDocument;
  readonly faults: readonly Fault[];
}

/** Reads `profiles/<name>.yaml`. All faults are told at once; with faults the profile is not to be used. */
export function parseProfile(source: YamlText, name: string): ParsedProfile {
  const document = readYaml(source);
  const faults = [...document.faults];
  const fields = faults.length > 0 ? null : openFields(document, [], ['description', 'services'], faults);
  const profile = {
    name,
    description: fields?.required('description', text(), '') ?? '',
    services: (fields?.items('services') ?? []).map((path) => parseService(document, path, faults)),
  };
  return { profile, document, faults };
}

function parseService(document: YamlDocument, path: YamlPath, faults: Fault[]): ProfileService {
  const fields = openFields(document, path, ['engine', 'models', 'flags', 'memory'], faults);
  const memory = fields?.optional<number | null>(
    'memory',
    measure(atLeast6MiB, 'a size from 6MiB up, such as 2GiB'),
    null,
  );
  return {
    engine: fields?.required('engine', text(), '') ?? '',
    models: fields?.required('models', texts, []) ?? [],
    flags: fields?.optional('flags', texts, []) ?? [],
    memoryBytes: memory ?? null,
  };
}

/** Docker refuses containers with less memory than that. */
function atLeast6MiB(size: string): number | null {
  const bytes = parseBytes(size);
  return bytes !== null && bytes >= 6 * 2 ** 20 ? bytes : null;
}

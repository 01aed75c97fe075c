import type { Profile, ProfileService, ProfileVariant } from '../domain/profile.ts';
import { parseBytes } from '../units.ts';
import { type Fields, faultAt, openFields } from '../yaml/fields.ts';
import { type Fault, readYaml, type YamlDocument, type YamlPath, type YamlText } from '../yaml/read-yaml.ts';
import { integer, measure, type Read, refuse, text, texts, yesOrNo } from '../yaml/reads.ts';

/** A profile as its file says, with the document for faults that only show beside the other files. */
export interface ParsedProfile {
  readonly profile: Profile;
  readonly document: YamlDocument;
  readonly faults: readonly Fault[];
  /** where each variant's services stand in the document */
  readonly places: readonly YamlPath[];
}

const PROFILE_KEYS = ['description', 'min_gpu_memory', 'recommended_gpu_memory', 'services', 'variants'];
const SERVICE_KEYS = [
  'engine',
  'models',
  'flags',
  'memory',
  'memory_reservation',
  'gpus',
  'exclusive',
  'context',
  'concurrency',
  'replicas',
  'max_loaded',
];
const SIZE = measure(parseBytes, 'a size such as 8GB');
const LIMIT = measure(atLeast6MiB, 'a size from 6MiB up, such as 2GiB');
const VARIANT_NAME = text({ pattern: /^[a-z0-9][a-z0-9-]{0,39}$/, mustBe: 'a name of a-z, 0-9 and -' });
const ONLY_VARIANT = 'default';

/** Reads `profiles/<name>.yaml`. All faults are told at once; with faults the profile is not to be used. */
export function parseProfile(source: YamlText, name: string): ParsedProfile {
  const document = readYaml(source);
  const faults = [...document.faults];
  const fields = faults.length > 0 ? null : openFields(document, [], PROFILE_KEYS, faults);
  const read = fields === null ? NO_VARIANTS : readVariants(document, fields, faults);
  const profile: Profile = {
    name,
    description: fields?.required('description', text(), '') ?? '',
    minGpuBytes: fields?.optional<number | null>('min_gpu_memory', SIZE, null) ?? null,
    recommendedGpuBytes: fields?.optional<number | null>('recommended_gpu_memory', SIZE, null) ?? null,
    variants: read.variants,
  };
  return { profile, document, faults, places: read.places };
}

interface Variants {
  readonly variants: Profile['variants'];
  readonly places: readonly YamlPath[];
}

const NO_VARIANTS: Variants = { variants: [{ name: ONLY_VARIANT, services: [] }], places: [] };

/** Either `services`, or `variants` that each have them. */
function readVariants(document: YamlDocument, fields: Fields, faults: Fault[]): Variants {
  const value = document.value as Readonly<Record<string, unknown>>;
  const hasVariants = (value['variants'] ?? null) !== null;
  if (hasVariants && (value['services'] ?? null) !== null) {
    faults.push(faultAt(document, ['services'], 'a profile has services or variants, not both'));
  }
  if (!hasVariants) {
    const services = servicesAt(document, fields, faults);
    return { variants: [{ name: ONLY_VARIANT, services }], places: [[]] };
  }
  const places = fields.items('variants');
  const [first, ...rest] = places.map((path) => readVariant(document, path, faults));
  return first === undefined ? NO_VARIANTS : { variants: [first, ...rest], places };
}

function readVariant(document: YamlDocument, path: YamlPath, faults: Fault[]): ProfileVariant {
  const fields = openFields(document, path, ['name', 'services'], faults);
  return {
    name: fields?.required('name', VARIANT_NAME, '') ?? '',
    services: fields === null ? [] : servicesAt(document, fields, faults),
  };
}

function servicesAt(document: YamlDocument, fields: Fields, faults: Fault[]): ProfileService[] {
  return fields.items('services').map((path) => parseService(document, path, faults));
}

function parseService(document: YamlDocument, path: YamlPath, faults: Fault[]): ProfileService {
  const fields = openFields(document, path, SERVICE_KEYS, faults);
  const optional = <T>(key: string, read: Read<T>, fallback: T): T =>
    fields?.optional(key, read, fallback) ?? fallback;
  return {
    engine: fields?.required('engine', text(), '') ?? '',
    models: fields?.required('models', texts, []) ?? [],
    flags: optional('flags', texts, []),
    memoryBytes: optional<number | null>('memory', LIMIT, null),
    memoryReservationBytes: optional<number | null>('memory_reservation', LIMIT, null),
    gpus: optional<ProfileService['gpus'] | null>('gpus', gpus, null) ?? DEFAULT_GPUS,
    exclusive: optional('exclusive', yesOrNo, false),
    context: optional<number | null>('context', integer(1, 10_000_000), null),
    concurrency: optional<number | null>('concurrency', integer(1, 4096), null),
    replicas: optional('replicas', integer(1, 64), 1),
    maxLoaded: optional<number | null>('max_loaded', integer(1, 64), null),
  };
}

const DEFAULT_GPUS = 1;

const gpus: Read<ProfileService['gpus']> = (value) => {
  if (value === 'all') return 'all';
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 64) return value;
  const isName = (item: unknown): boolean => typeof item === 'string' || Number.isInteger(item);
  if (Array.isArray(value) && value.length > 0 && value.every(isName)) return value.map(String);
  return refuse('how many (0 for the CPU), all, or a list of indices and UUIDs');
};

/** Docker refuses containers with less memory than that. */
function atLeast6MiB(size: string): number | null {
  const bytes = parseBytes(size);
  return bytes !== null && bytes >= 6 * 2 ** 20 ? bytes : null;
}

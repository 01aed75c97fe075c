import * as z from 'zod/mini';
import type { ServiceChanges, ServiceSettings } from '../domain/profile.ts';
import { gpuRequest, SERVICE_KEYS } from '../profile/service-schema.ts';
import { conflicts } from '../schema/conflicts.ts';
import { readJson, valueOrNull } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { mapping, optional } from '../yaml/yaml-rules.ts';
import { parseExtraVolume, sameTargets } from './extra-volume.ts';
import { expected, type Parsed, parsed } from './parsed.ts';
import { mapSetting, type PathScope, type ValuePlace } from './setting.ts';
import { SETTINGS } from './settings.ts';
import { parseName, parsePath } from './value-parsers.ts';

/** Paths are checked without a base: whether one is valid does not depend on it. */
const ANY_SCOPE: PathScope = { base: '/', home: '/' };

const extraVolume = z.string('a string such as /data/certs:/certs:ro').check(
  z.check(({ value, issues }) => {
    const volume = parseExtraVolume(value, ANY_SCOPE);
    if (!volume.ok) issues.push({ code: 'custom', input: value, message: volume.expected });
  }),
);

/** One entry of `services` in rma.yaml, key by key. docs/config.md explains them. */
export const serviceSettingsSchema = mapping({
  ...SERVICE_KEYS,
  extra_volumes: optional(z.array(extraVolume, 'a list of mounts').check(conflicts(sameTargets))),
  api_key_file: optional(text()),
});

type SettingsFile = Partial<z.output<typeof serviceSettingsSchema>>;

/** The setting `services` with parsed entries. */
export const SERVICES_SETTING = mapSetting<ServiceSettings>({
  ...SETTINGS.services,
  form: 'services',
  fallback: {},
  parseEntry: parseServiceSettings,
});

/** Parses an entry of `services` as JSON, which the schema accepts. Relative paths start at the file. */
function parseServiceSettings(service: string, json: string, place: ValuePlace): Parsed<ServiceSettings> {
  if (!parseName(service).ok) return expected(`names of services, not "${service}"`);
  const file: SettingsFile | null = json === '' ? {} : valueOrNull(serviceSettingsSchema, readJson(json));
  if (file === null) return expected('a mapping of settings');
  const volumes = (file.extra_volumes ?? []).map((text) => parseExtraVolume(text, place));
  const fault = volumes.find((volume) => !volume.ok);
  if (fault !== undefined) return fault;
  const extraVolumes = volumes.flatMap((volume) => (volume.ok ? [volume.value] : []));
  const apiKeyFile = file.api_key_file ? parsePath(file.api_key_file, place) : null;
  if (apiKeyFile !== null && !apiKeyFile.ok) return apiKeyFile;
  const changes = {
    ...changesOf(file),
    ...(extraVolumes.length > 0 && { extraVolumes }),
    ...(apiKeyFile !== null && { apiKeyFile: apiKeyFile.value }),
  };
  return parsed({ ...changes, where: place.where });
}

/** A key without a value counts as absent. */
function changesOf(file: SettingsFile): ServiceChanges {
  const { gpus = null, environment = null, flags = null } = file;
  const numbers = {
    memoryBytes: file.memory,
    memoryReservationBytes: file.memory_reservation,
    context: file.context,
    concurrency: file.concurrency,
    replicas: file.replicas,
    maxLoaded: file.max_loaded,
    utilization: file.utilization,
  };
  return {
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => typeof value === 'number')),
    ...(flags !== null && { flags }),
    ...(gpus !== null && { gpus: gpuRequest(gpus) }),
    ...(typeof file.exclusive === 'boolean' && { exclusive: file.exclusive }),
    ...(environment !== null && { environment }),
  };
}

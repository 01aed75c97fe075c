import type { Profile, ProfileService } from '../domain/profile.ts';
import { parseAt } from '../yaml/parse-at.ts';
import { type Fault, readYaml, type YamlText } from '../yaml/read-yaml.ts';
import type { ProfileFile, ProfileSchema } from './profile-schema.ts';
import { DEFAULT_GPUS, gpuRequest, type ServiceFile } from './service-schema.ts';

/** A profile as its file describes it. */
export interface ParsedProfile {
  /** null if the file has faults */
  readonly profile: Profile | null;
  readonly faults: readonly Fault[];
}

/** Parses `profiles/<name>.yaml`. Reports all faults of the file. */
export function parseProfile(source: YamlText, name: string, schema: ProfileSchema): ParsedProfile {
  const document = readYaml(source);
  if (document.faults.length > 0) return { profile: null, faults: document.faults };
  const parsed = parseAt(schema, document);
  return parsed.ok
    ? { profile: profileOf(name, parsed.value), faults: [] }
    : { profile: null, faults: parsed.faults };
}

function profileOf(name: string, file: ProfileFile): Profile {
  return {
    name,
    description: file.description,
    minGpuBytes: file.min_gpu_memory ?? null,
    recommendedGpuBytes: file.recommended_gpu_memory ?? null,
    variants: variantsOf(file),
  };
}

/** Plain `services` are one variant. */
function variantsOf({ services, variants }: ProfileFile): Profile['variants'] {
  const plain = { name: 'default', services: (services ?? []).map(serviceOf) };
  const named = (variants ?? []).map((variant) => ({
    name: variant.name,
    services: variant.services.map(serviceOf),
  }));
  const [first = plain, ...rest] = named;
  return [first, ...rest];
}

function serviceOf(file: ServiceFile): ProfileService {
  return {
    engine: file.engine,
    models: file.models,
    flags: file.flags ?? [],
    memoryBytes: file.memory ?? null,
    memoryReservationBytes: file.memory_reservation ?? null,
    gpus: gpuRequest(file.gpus ?? DEFAULT_GPUS),
    exclusive: file.exclusive ?? false,
    context: file.context ?? null,
    concurrency: file.concurrency ?? null,
    replicas: file.replicas ?? 1,
    maxLoaded: file.max_loaded ?? null,
    ...(typeof file.utilization === 'number' && { utilization: file.utilization }),
    ...(file.environment && { environment: file.environment }),
  };
}

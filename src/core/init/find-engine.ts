import type { ComposeService } from './compose-model.ts';

/** Repositories of images, and the engine of rma that they are. */
const ENGINE_IMAGES: readonly (readonly [pattern: RegExp, engine: string])[] = [
  [/(?:^|\/)vllm-openai(?=[:@]|$)/, 'vllm'],
  [/(?:^|\/)ollama(?=[:@]|$)/, 'ollama'],
  [/(?:^|\/)llama\.cpp(?=[:@]|$)/, 'llamacpp'],
  [/(?:^|\/)text-embeddings-inference(?=[:@]|$)/, 'tei'],
  [/(?:^|\/)docling-serve[\w-]*(?=[:@]|$)/, 'docling'],
];

/** Names of services without an image, as override files have them. */
const NAMES: readonly (readonly [pattern: RegExp, profile: string])[] = [
  [/^vllm$/, 'vllm'],
  [/^embeddings?(?:-service|-server)?$/, 'embedding'],
];

/** What a service is to rma. */
export type ServiceKind =
  | { readonly kind: 'engine'; readonly engine: string }
  /** a worker of the project, or an engine whose models the file does not name */
  | { readonly kind: 'profile'; readonly profile: string }
  | { readonly kind: 'other' };

/** Returns what a service is, by its image, by WORKER_TYPE, and by its name. */
export function findEngine(
  service: ComposeService,
  profiles: readonly string[],
  engines: readonly string[],
): ServiceKind {
  const image = service.image?.value ?? null;
  const engine = image === null ? undefined : ENGINE_IMAGES.find(([pattern]) => pattern.test(image))?.[1];
  const known = engine === undefined ? undefined : engines.find((name) => name.startsWith(engine));
  if (known !== undefined) return { kind: 'engine', engine: known };
  const byName = image === null ? NAMES.find(([pattern]) => pattern.test(service.name))?.[1] : undefined;
  // an override file with another command
  if (byName !== undefined && engines.includes(byName) && service.command.length > 0)
    return { kind: 'engine', engine: byName };
  const profile = workerProfile(service, profiles) ?? byName;
  return profile !== undefined && profiles.includes(profile)
    ? { kind: 'profile', profile }
    : { kind: 'other' };
}

/** Returns the profile of a worker of the project by WORKER_TYPE, its name or its image; undefined for other services. */
function workerProfile(service: ComposeService, profiles: readonly string[]): string | undefined {
  const { name, build, environment } = service;
  const image = service.image?.value ?? null;
  const own = /(?:^|\/)rma-([\w-]+)/.exec(image ?? '')?.[1];
  if (!build && image !== null && own === undefined) return undefined;
  const exact = [environment.get('WORKER_TYPE')?.value, name, own].find(
    (each) => each !== undefined && profiles.includes(each),
  );
  return (
    exact ??
    profiles.find((each) => name.startsWith(`${each}-`)) ??
    profiles.find((each) => name.endsWith(`-${each}`))
  );
}

import * as z from 'zod/mini';
import type { ProfilePlacement } from '../domain/config.ts';
import { type Conflict, crossCheck } from '../schema/conflicts.ts';
import { readJson, valueOrNull } from '../schema/parse.ts';
import { mapping, optional, textByName, texts } from '../yaml/yaml-rules.ts';
import { expected, type Parsed, parsed } from './parsed.ts';
import { mapSetting, type ValuePlace } from './setting.ts';
import { SETTINGS } from './settings.ts';
import { parseName } from './value-parsers.ts';

const REPLICAS = 'a number of hosts from 1, or all';

/** One entry of `placement` in rma.yaml, key by key. docs/config.md explains them. */
export const placementSchema = mapping({
  replicas: optional(z.union([z.literal('all'), z.int(REPLICAS).check(z.gte(1, REPLICAS))], REPLICAS)),
  hosts: optional(texts),
  labels: optional(textByName),
  strategy: optional(z.enum(['spread', 'pack'], 'spread or pack')),
  span: optional(z.enum(['hosts'], 'hosts, or no such key')),
}).check(crossCheck((_, given) => replicasOfGroup(given)));

/** Several replicas of several hosts each are not supported. */
function replicasOfGroup(given: ReadonlySet<string>): readonly Conflict[] {
  if (!given.has('span') || !given.has('replicas')) return [];
  return [{ path: ['replicas'], message: 'placement has "span" or "replicas", not both' }];
}

type PlacementFile = Partial<z.output<typeof placementSchema>>;

/** The setting `placement` with parsed entries. */
export const PLACEMENT_SETTING = mapSetting<ProfilePlacement>({
  ...SETTINGS.placement,
  form: 'placement',
  fallback: {},
  parseEntry: parsePlacement,
});

/** Parses an entry of `placement` as JSON, which the schema accepts. */
function parsePlacement(profile: string, json: string, { where }: ValuePlace): Parsed<ProfilePlacement> {
  if (!parseName(profile).ok) return expected(`names of profiles, not "${profile}"`);
  const file: PlacementFile | null = json === '' ? {} : valueOrNull(placementSchema, readJson(json));
  if (file === null) return expected('a mapping of settings');
  return parsed({
    replicas: file.replicas ?? 1,
    hosts: file.hosts ?? [],
    labels: file.labels ?? {},
    strategy: file.strategy ?? 'spread',
    ...(file.span && { span: file.span }),
    where,
  });
}

import * as z from 'zod/mini';
import type { HostConfig, VolumeSpec } from '../domain/config.ts';
import { readJson, valueOrNull } from '../schema/parse.ts';
import { parseHostAddress } from '../ssh-address.ts';
import { parseBytes } from '../units.ts';
import { mapping, measure, optional, textByName, texts } from '../yaml/yaml-rules.ts';
import type { ConfigFault } from './fault.ts';
import { parseVisible, visibleGpus } from './gpu-settings.ts';
import { expected, type Parsed, parsed } from './parsed.ts';
import { mapSetting, type PathScope } from './setting.ts';
import { SETTINGS } from './settings.ts';
import { parseAddress, parseVolume } from './value-parsers.ts';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Paths of another machine start at its root: no directory of this one is theirs. */
const OTHER_MACHINE: PathScope = { base: '/', home: null };

const ADDRESS = 'a URL such as ssh://box1, or a Docker context: context:NAME';

const volume = textFor((text) => parseVolume(text, OTHER_MACHINE));

/** One entry of `hosts` in rma.yaml, key by key. docs/hosts.md explains them. */
export const hostSchema = mapping({
  address: optional(textFor((text) => (parseHostAddress(text) === null ? expected(ADDRESS) : parsed(text)))),
  labels: optional(textByName),
  bind: optional(textFor(parseAddress)),
  interconnect: optional(textFor(parseAddress)),
  volumes: optional(mapping({ store: optional(volume), cache: optional(volume) })),
  gpu: optional(
    mapping({
      visible: optional(texts.check(z.check(checkVisible))),
      reserve: optional(measure(parseBytes, 'a size such as 256MiB')),
    }),
  ),
});

type HostFile = Partial<z.output<typeof hostSchema>>;

/** The setting `hosts` with parsed entries. */
export const HOSTS_SETTING = mapSetting<HostConfig>({
  ...SETTINGS.hosts,
  form: 'hosts',
  fallback: { local: { address: null } },
  parseEntry: parseHost,
});

/** Parses an entry of `hosts` as JSON, which the schema accepts. */
function parseHost(name: string, json: string): Parsed<HostConfig> {
  if (!NAME.test(name)) return expected(`host names of a-z, 0-9 and -, not "${name}"`);
  const file: HostFile | null = json === '' ? {} : valueOrNull(hostSchema, readJson(json));
  if (file === null) return expected('a mapping of settings');
  const { labels, bind, interconnect, gpu } = file;
  const volumes = volumesOf(file);
  return parsed({
    address: file.address ?? null,
    ...(labels && { labels }),
    ...(bind && { bind }),
    ...(interconnect && { interconnect }),
    ...(volumes !== null && { volumes }),
    ...(gpu && { gpu: gpuOf(gpu) }),
  });
}

/**
 * Returns a fault for each host with the address of another one: two of them would work on the same engine.
 * @param places of the hosts in rma.yaml
 */
export function sameAddresses(
  hosts: Readonly<Record<string, HostConfig>>,
  places: ReadonlyMap<string, string>,
): readonly ConfigFault[] {
  const first = new Map<string | null, string>();
  return Object.entries(hosts).flatMap(([name, { address }]) => {
    const other = first.get(address);
    first.set(address, other ?? name);
    if (other === undefined) return [];
    const what = address === null ? 'no address, which is this machine' : `the address ${address}`;
    return [
      {
        where: places.get(name) ?? '',
        message: `hosts.${other} and hosts.${name} both have ${what}`,
        hint: `to remove one: rma hosts rm ${name}`,
      },
    ];
  });
}

/** Returns a schema for a text that a parser accepts. */
function textFor(parse: (text: string) => Parsed<unknown>) {
  return z.string('a string').check(
    z.check(({ value, issues }) => {
      const result = parse(value);
      if (!result.ok) issues.push({ code: 'custom', input: value, message: result.expected });
    }),
  );
}

function checkVisible({ value, issues }: z.core.ParsePayload<string[]>): void {
  for (const [at, text] of value.entries()) {
    const gpu = parseVisible(text);
    if (!gpu.ok) issues.push({ code: 'custom', input: text, message: gpu.expected, path: [at] });
  }
}

function volumesOf({ volumes }: HostFile): NonNullable<HostConfig['volumes']> | null {
  if (!volumes) return null;
  const read = (text: string | null | undefined): VolumeSpec | null => {
    const volume = text ? parseVolume(text, OTHER_MACHINE) : null;
    return volume?.ok ? volume.value : null;
  };
  const [store, cache] = [read(volumes.store), read(volumes.cache)];
  return { ...(store !== null && { store }), ...(cache !== null && { cache }) };
}

function gpuOf({ visible, reserve }: NonNullable<HostFile['gpu']>): NonNullable<HostConfig['gpu']> {
  return {
    ...(visible && { visible: visibleGpus(visible.flatMap(oneGpu)) }),
    ...(typeof reserve === 'number' && { reserveBytes: reserve }),
  };
}

function oneGpu(text: string): readonly string[] {
  const gpu = parseVisible(text);
  return gpu.ok ? [gpu.value] : [];
}

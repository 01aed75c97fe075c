import type { ValuePath } from '../schema/issue.ts';
import type {
  ComposeDevice,
  ComposeMount,
  ComposeService,
  ComposeVariable,
  ComposeVolume,
  Notice,
  Placed,
} from './compose-model.ts';
import { type ComposeValues, isRecord } from './compose-values.ts';
import { unreadKeys } from './unread-keys.ts';

/** Returns a service of one file. */
export function readService(
  values: ComposeValues,
  name: string,
): { readonly service: ComposeService; readonly notices: readonly Notice[] } {
  const path = ['services', name];
  const resources = [...path, 'deploy', 'resources'];
  const entrypoint = values.words([...path, 'entrypoint']);
  const command = values.words([...path, 'command']);
  const service: ComposeService = {
    name,
    where: values.keyAt(path),
    image: values.text([...path, 'image']),
    build: values.value([...path, 'build']) !== undefined,
    entrypoint: entrypoint.words,
    command: command.words,
    environment: readEnvironment(values, [...path, 'environment']),
    mounts: readMounts(values, [...path, 'volumes']),
    ports: readPorts(values, [...path, 'ports']),
    devices: [
      ...readDevices(values, [...resources, 'reservations', 'devices']),
      ...readGpus(values, [...path, 'gpus']),
    ],
    memory: values.text([...resources, 'limits', 'memory']) ?? values.text([...path, 'mem_limit']),
    memoryReservation:
      values.text([...resources, 'reservations', 'memory']) ?? values.text([...path, 'mem_reservation']),
    privileged: values.value([...path, 'privileged']) === true ? values.at([...path, 'privileged']) : null,
    runtime: values.text([...path, 'runtime']),
    unread: unreadKeys(values, name),
  };
  return { service, notices: [...entrypoint.notices, ...command.notices] };
}

/** Returns a volume of one file, over the one of the files before it. */
export function readVolume(
  values: ComposeValues,
  name: string,
  base: ComposeVolume = { dockerName: null, options: {} },
): ComposeVolume {
  const path = ['volumes', name];
  const options = values.keys([...path, 'driver_opts']).flatMap((key) => {
    const option = values.text([...path, 'driver_opts', key]);
    return option === null ? [] : [[key, option] as const];
  });
  const external = values.value([...path, 'external']);
  const named = values.text([...path, 'name'])?.value ?? base.dockerName;
  return {
    dockerName: named ?? (external === true ? name : null),
    options: { ...base.options, ...Object.fromEntries(options) },
  };
}

/** A mapping, or a list of `NAME=VALUE`. A name without a value has that of `.env` or of the shell. */
function readEnvironment(values: ComposeValues, path: ValuePath): ReadonlyMap<string, ComposeVariable> {
  const found = new Map<string, ComposeVariable>();
  for (let at = 0; at < values.length(path); at += 1) {
    const item = values.text([...path, at]);
    const split = item?.value.indexOf('=') ?? -1;
    if (item === null) continue;
    const name = split < 0 ? item.value : item.value.slice(0, split);
    const inherited = split < 0 ? values.inherited(name) : item.value.slice(split + 1);
    const fromShell = inherited === null || values.isFromShell([...path, at]);
    found.set(name, { value: inherited ?? '', where: item.where, fromShell });
  }
  for (const name of values.keys(path)) {
    const value = values.value([...path, name]) ?? values.inherited(name);
    const fromShell = value === null || values.isFromShell([...path, name]);
    found.set(name, { value: String(value ?? ''), where: values.keyAt([...path, name]), fromShell });
  }
  return found;
}

function readMounts(values: ComposeValues, path: ValuePath): readonly Placed<ComposeMount>[] {
  return Array.from({ length: values.length(path) }, (_, at) => [...path, at]).flatMap((item) => {
    const value = mountOf(values.value(item));
    return value === null ? [] : [{ value, where: values.at(item) }];
  });
}

function mountOf(value: unknown): ComposeMount | null {
  if (typeof value === 'string') {
    const [source = '', target] = value.split(':');
    return target === undefined ? { source: null, target: source } : { source, target };
  }
  if (!isRecord(value) || typeof value['target'] !== 'string') return null;
  const { source, target } = value;
  return { source: typeof source === 'string' ? source : null, target };
}

function readPorts(values: ComposeValues, path: ValuePath): readonly Placed<string>[] {
  return Array.from({ length: values.length(path) }, (_, at) => [...path, at]).flatMap((item) => {
    const short = values.text(item);
    if (short !== null) return [{ ...short, value: short.value.replace(/\/(?:tcp|udp)$/, '') }];
    const value = values.value(item);
    if (!isRecord(value) || value['published'] === undefined) return [];
    const { host_ip: address, published, target } = value;
    const text = [...(address === undefined ? [] : [address]), published, target].join(':');
    return [{ value: text, where: values.at(item) }];
  });
}

function readDevices(values: ComposeValues, path: ValuePath): readonly Placed<ComposeDevice>[] {
  return Array.from({ length: values.length(path) }, (_, at) => {
    const item = [...path, at];
    const count = values.value([...item, 'count']);
    const ids = values.value([...item, 'device_ids']);
    const value: ComposeDevice = {
      count: count === 'all' || typeof count === 'number' ? count : Number(count) || null,
      ids: Array.isArray(ids) ? ids.map(String) : [],
    };
    const key = count === undefined ? 'device_ids' : 'count';
    return { value, where: values.keyAt([...item, key]) };
  });
}

/** `gpus: all`, or a list as `devices`. */
function readGpus(values: ComposeValues, path: ValuePath): readonly Placed<ComposeDevice>[] {
  const text = values.text(path);
  if (text === null) return readDevices(values, path);
  const count = text.value === 'all' ? 'all' : Number(text.value) || null;
  return [{ value: { count, ids: [] }, where: text.where }];
}

import { type AccessMode, STRATEGIES, type Strategy } from '../domain/config.ts';
import { parseBytes, parseDuration } from '../units.ts';
import { expected, type Parsed, parsed } from './parsed.ts';
import { parseName } from './value-parsers.ts';

const MAX_SECONDS = 365 * 86_400;
const MAX_REPLICAS = 1000;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const RESOURCE = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const MODES = new Map<string, AccessMode | null>([
  ['auto', null],
  ['readwriteonce', 'ReadWriteOnce'],
  ['readwritemany', 'ReadWriteMany'],
  ['readonlymany', 'ReadOnlyMany'],
  ['rwo', 'ReadWriteOnce'],
  ['rwx', 'ReadWriteMany'],
  ['rox', 'ReadOnlyMany'],
]);
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'] as const;

/** Parses the name of a namespace. */
export function parseLabel(text: string): Parsed<string> {
  return DNS_LABEL.test(text) ? parsed(text) : expected('a name of a-z, 0-9 and -, at most 63 characters');
}

/** Parses the name of another object. */
export function parseSubdomain(text: string): Parsed<string> {
  return DNS_SUBDOMAIN.test(text) ? parsed(text) : expected('a name of a-z, 0-9, - and .');
}

export function parseGpuProduct(text: string): Parsed<string> {
  return LABEL_VALUE.test(text)
    ? parsed(text)
    : expected('a value of the node label nvidia.com/gpu.product, such as NVIDIA-L4');
}

export function parseReplicas(service: string, count: string): Parsed<number> {
  if (!parseName(service).ok) return expected(`names of services, not "${service}"`);
  return parseCount(1, MAX_REPLICAS)(count);
}

export function parseAccessMode(text: string): Parsed<AccessMode | null> {
  const mode = MODES.get(text.toLowerCase());
  return mode === undefined ? expected('auto, rwo, rwx or rox') : parsed(mode);
}

export function parseStrategy(text: string): Parsed<Strategy> {
  const strategy = STRATEGIES.find((each) => each === text.toLowerCase());
  return strategy === undefined ? expected('pvc, init or image') : parsed(strategy);
}

/** Parses a size; `Gi` is accepted as Kubernetes writes it. */
export function parseVolumeSize(text: string): Parsed<number> {
  const bytes = /^\d+$/.test(text) ? null : parseBytes(text.replace(/i$/, 'iB'));
  return bytes === null || bytes === 0 ? expected('a size with its unit, such as 100GiB') : parsed(bytes);
}

export function parseResource(text: string): Parsed<string> {
  return RESOURCE.test(text) ? parsed(text) : expected('a resource such as nvidia.com/gpu');
}

export function parsePullPolicy(text: string): Parsed<(typeof PULL_POLICIES)[number]> {
  const policy = PULL_POLICIES.find((each) => each.toLowerCase() === text.toLowerCase());
  return policy === undefined ? expected(PULL_POLICIES.join(', ')) : parsed(policy);
}

export function parseCount(from: number, to: number): (text: string) => Parsed<number> {
  return (text) => {
    const count = /^\d{1,4}$/.test(text) ? Number(text) : -1;
    return count >= from && count <= to ? parsed(count) : expected(`a number from ${from} to ${to}`);
  };
}

/** Parses a time of whole seconds; Kubernetes has no limit, 365 days are one against a typo. */
export function parseLongTime(text: string): Parsed<number> {
  const seconds = parseDuration(text);
  const fits = seconds !== null && Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SECONDS;
  return fits ? parsed(seconds) : expected('a duration in whole seconds such as 90s or 6h');
}

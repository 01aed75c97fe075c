import type { Engine } from '../domain/profile.ts';
import { parseBytes, parseDuration } from '../units.ts';
import { type Fields, openFields } from '../yaml/fields.ts';
import { type Fault, readYaml, type YamlText } from '../yaml/read-yaml.ts';
import {
  choice,
  integer,
  isRefusal,
  measure,
  type Read,
  refuse,
  text,
  textMap,
  texts,
  yesOrNo,
} from '../yaml/reads.ts';
import { engineFaults } from './engine-faults.ts';

const KEYS = [
  'image',
  'cpu_image',
  'images_by_compute',
  'gpu',
  'shares_gpu',
  'overhead',
  'reads',
  'context',
  'concurrency',
  'gpu_command',
  'shared_command',
  'exclusive_command',
  'parallel_command',
  'gpu_environment',
  'parallel_shm',
  'ulimits',
  'loaded_path',
  'port',
  'command',
  'environment',
  'health_path',
  'models_path',
  'metrics_path',
  'in_flight_metric',
  'chat_path',
  'health_test',
  'stop_grace',
  'cache_path',
];

const URL_PATH = text({ pattern: /^\/\S*$/, mustBe: 'a path that starts with /' });
const FOLDER = text({
  pattern: /^\/[^\s:]+$/,
  mustBe: 'an absolute folder in the container, without : and blanks',
});
const IMAGE = text({
  pattern: /^[a-z0-9][\w.:/@-]*$/,
  mustBe: 'an image reference such as registry/name:tag',
});
const METRIC = text({ pattern: /^[A-Za-z_:][\w:]*$/, mustBe: 'the name of a Prometheus metric' });
const SIZE = measure(parseBytes, 'a size such as 1GiB');
const GRACE = measure(parseDuration, 'a duration such as 30s');

const SOURCES = ['hf', 'url', 'ollama', 'ms'] as const;

/** An engine as its file says. */
export interface ParsedEngine {
  /** null when the file is no mapping at all */
  readonly engine: Engine | null;
  readonly faults: readonly Fault[];
}

/** Reads `compose/engines/<name>.yaml`. All faults are told at once; with faults the engine is not to be used. */
export function parseEngine(source: YamlText, name: string): ParsedEngine {
  const document = readYaml(source);
  const faults = [...document.faults];
  const fields = faults.length > 0 ? null : openFields(document, [], KEYS, faults);
  if (fields === null) return { engine: null, faults };
  const engine = { name, ...readEngine(fields) };
  faults.push(...engineFaults(document, engine));
  return { engine, faults };
}

function readEngine(fields: Fields): Omit<Engine, 'name'> {
  return {
    image: fields.required('image', IMAGE, ''),
    cpuImage: fields.optional<string | null>('cpu_image', IMAGE, null),
    imagesByCompute: fields.optional('images_by_compute', textMap, {}),
    gpu: fields.optional<Engine['gpu']>('gpu', choice(['required', 'optional', 'none']), 'none'),
    sharesGpu: fields.optional('shares_gpu', yesOrNo, false),
    overheadBytes: fields.optional('overhead', SIZE, 0),
    reads: fields.optional<Engine['reads']>('reads', sources, ['hf', 'url', 'ms']),
    context: fields.optional('context', integer(1, 10_000_000), 4096),
    concurrency: fields.optional('concurrency', integer(1, 4096), 1),
    gpuCommand: fields.optional('gpu_command', texts, []),
    sharedCommand: fields.optional('shared_command', texts, []),
    exclusiveCommand: fields.optional('exclusive_command', texts, []),
    parallelCommand: fields.optional('parallel_command', texts, []),
    gpuEnvironment: fields.optional('gpu_environment', textMap, {}),
    parallelShmBytes: fields.optional<number | null>('parallel_shm', SIZE, null),
    ulimits: fields.optional('ulimits', ulimits, {}),
    loadedPath: fields.optional<string | null>('loaded_path', URL_PATH, null),
    port: fields.required('port', integer(1, 65535), 1),
    command: fields.required('command', texts, []),
    environment: fields.optional('environment', textMap, {}),
    healthPath: fields.required('health_path', URL_PATH, ''),
    modelsPath: fields.required('models_path', URL_PATH, ''),
    metricsPath: fields.optional<string | null>('metrics_path', URL_PATH, null),
    inFlightMetric: fields.optional<string | null>('in_flight_metric', METRIC, null),
    chatPath: fields.optional<string | null>('chat_path', URL_PATH, null),
    healthTest: fields.required('health_test', healthTest, []),
    stopGraceSeconds: fields.optional('stop_grace', GRACE, 10),
    cachePath: fields.optional<string | null>('cache_path', FOLDER, null),
  };
}

const sources: Read<Engine['reads']> = (value) => {
  const list = texts(value);
  if (isRefusal(list)) return list;
  const known = SOURCES.filter((source) => list.includes(source));
  return known.length === list.length && known.length > 0 ? known : refuse(`a list of ${SOURCES.join(', ')}`);
};

const ulimits: Read<Engine['ulimits']> = (value) => {
  const ok =
    typeof value === 'object' &&
    !Array.isArray(value) &&
    Object.values(value ?? {}).every((limit) => Number.isInteger(limit));
  return ok ? (value as Engine['ulimits']) : refuse('a mapping of limits to whole numbers');
};

const healthTest: Read<readonly string[]> = (value) => {
  const list = texts(value);
  if (isRefusal(list)) return list;
  const known = list[0] === 'CMD' || list[0] === 'CMD-SHELL';
  return known && list.length > 1 ? list : refuse('a list of CMD or CMD-SHELL and what to run');
};

import * as z from 'zod/mini';
import { ENGINE_MEMORY } from '../domain/engine-memory.ts';
import { type Conflict, conflicts, crossCheck } from '../schema/conflicts.ts';
import type { Schema } from '../schema/parse.ts';
import { matching, wholeNumber } from '../schema/rules.ts';
import { MAIN_SOURCES } from '../source/sources.ts';
import { parseBytes, parseWait } from '../units.ts';
import { items, mapping, measure, optional, textByName, texts } from '../yaml/yaml-rules.ts';
import { readInFlightMetric } from './in-flight-metric.ts';

const urlPath = matching(/^\/\S*$/, 'a path that starts with /');
/** Paths of the system and of rma in every container. */
const NOT_OWN = '(?!/(?:cache|run/secrets|etc/rma|proc|sys|dev)(?:/|$))';
const NO_DOTS = '(?!.*/\\.{1,2}(?:/|$))';
const mountPoint = matching(
  new RegExp(`^${NOT_OWN}${NO_DOTS}(?:/[\\w.-]+)+$`),
  'an absolute path in the container of letters, digits, . _ and -, not in /proc, /sys, /dev or a directory of rma',
);
const filePath = matching(
  new RegExp(`^(?!/models/)${NOT_OWN}${NO_DOTS}(?:/[\\w.-]+){2,}$`),
  'an absolute path of a file in the container of letters, digits, . _ and -, not in /models, /proc, /sys, /dev or a directory of rma',
);
const directory = matching(/^\/[^\s:]+$/, 'an absolute directory in the container, without : and spaces');
const image = matching(/^[a-z0-9][\w.:/@-]*$/, 'an image reference such as registry/name:tag');
const computeCapability = matching(/^\d{1,2}\.\d$/, 'a compute capability such as "8.9"');
const size = measure(parseBytes, 'a size such as 1GiB');
const release = matching(/^[\w.+-]{1,40}$/, 'a release such as 1.2.3');
const date = matching(/^\d{4}-\d{2}-\d{2}$/, 'a date such as 2026-01-31');
const flag = matching(/^--?[A-Za-z]\S*$/, 'a flag such as --port');
const sourceList = `a list of ${MAIN_SOURCES.map(({ id }) => id).join(', ')}`;

/** Placeholders in the texts of every service, and those for services on GPUs. */
const ANYWHERE = [
  'model',
  'models_dir',
  'name',
  'port',
  'context',
  'concurrency',
  'context_total',
  'models',
  'max_loaded',
  'prompt_cache_mib',
  'batch_tokens',
  'listen',
  'self',
];
const ON_GPUS = [...ANYWHERE, 'gpus', 'share', 'kv_bytes', 'others_bytes'];
/** Placeholders of an engine that runs over several hosts. */
const ON_HOSTS = [...ON_GPUS, 'nodes', 'rank', 'head', 'members', 'span_port', 'address', 'interface'];
/** Variables by which rma assigns the GPUs of a service. */
export const GPU_VARIABLES = ['NVIDIA_VISIBLE_DEVICES', 'CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER'];

/** `compose/engines/<name>.yaml`, key by key. docs/engines.md explains them. */
export const engineSchema = mapping({
  image: optional(image),
  build: optional(matching(/^\S(.*\S)?$/, 'a directory with a Dockerfile, such as ./worker')),
  cpu_image: optional(image),
  images_by_compute: optional(
    z.record(computeCapability, image, 'a mapping of compute capabilities to images'),
  ),
  release: optional(release),
  released: optional(date),
  gpu: optional(z.enum(['required', 'optional', 'none'])),
  min_compute: optional(computeCapability),
  min_driver: optional(matching(/^\d{3,4}(\.\d{1,4}){0,2}$/, 'a driver version such as "535"')),
  shares_gpu: optional(z.boolean()),
  memory: optional(z.enum(ENGINE_MEMORY)),
  overhead: optional(size),
  reads: optional(
    z.array(z.enum(MAIN_SOURCES.map(({ id }) => id)), sourceList).check(z.minLength(1, sourceList)),
  ),
  loads: optional(z.enum(['gguf'], '"gguf", or no such key')),
  context: optional(wholeNumber(1, 10_000_000)),
  concurrency: optional(wholeNumber(1, 4096)),
  gpu_command: optional(command(ON_GPUS)),
  shared_command: optional(command(ON_GPUS)),
  exclusive_command: optional(command(ON_GPUS)),
  parallel_command: optional(command(ON_GPUS)),
  gpu_environment: optional(environment(ON_GPUS)),
  parallel_shm: optional(size),
  ulimits: optional(z.record(z.string(), z.int('an integer'), 'a mapping of limits to integers')),
  loaded_path: optional(urlPath),
  port: optional(wholeNumber(1, 65_535)),
  command: command(ANYWHERE),
  flag_aliases: optional(z.record(flag, flag, 'a mapping of flags to the flags they stand for')),
  abbreviated_flags: optional(z.boolean()),
  environment: optional(environment(ANYWHERE)),
  health_path: optional(urlPath),
  models_path: optional(urlPath),
  metrics_path: optional(urlPath),
  in_flight_metric: optional(inFlightMetric()),
  chat_path: optional(urlPath),
  health_test: optional(healthTest()),
  stop_grace: optional(measure(parseWait, 'a duration such as 30s (maximum 24d)')),
  span: optional(
    mapping({
      network: optional(z.enum(['bridge', 'host'], 'bridge or host')),
      port: wholeNumber(1024, 65_000),
      own_image: optional(z.boolean()),
      program: items(z.string('a string')),
      command: optional(command(ON_HOSTS)),
      head_command: optional(command(ON_HOSTS)),
      member_program: optional(items(z.string('a string'))),
      member_command: optional(command(ON_HOSTS)),
      environment: optional(environment(ON_HOSTS)),
    }),
  ),
  cache_path: optional(directory),
  models_mount: optional(mountPoint),
  config_file: optional(mapping({ path: filePath, each_model: template('name', ['name', 'model']) })),
  api_key: optional(
    mapping({
      file: matching(/^[a-z0-9][a-z0-9.-]{0,39}$/, 'a file name such as config.json'),
      content: template('key', ['key']),
      variable: matching(/^[A-Z][A-Z0-9_]*$/, 'the name of a variable'),
    }),
  ),
}).check(
  crossCheck((file, given) => [...wrongImages(given), ...wrongPort(file, given), ...wrongSpan(given)]),
);

/** An image is either named or built, and a built one is used everywhere. */
function wrongImages(given: ReadonlySet<string>): readonly Conflict[] {
  if (!given.has('build'))
    return given.has('image') ? [] : [{ path: ['image'], message: '"image" is missing' }];
  return ['image', 'cpu_image', 'images_by_compute']
    .filter((key) => given.has(key))
    .map((key) => ({ path: [key], message: `an engine has "build" or "${key}", not both` }));
}

/** The head answers requests, and a group has a file of its own in the container. */
function wrongSpan(given: ReadonlySet<string>): readonly Conflict[] {
  if (!given.has('span')) return [];
  return [
    ...(given.has('port') ? [] : [{ path: ['span'], message: '"span" requires "port"' }]),
    ...(given.has('config_file')
      ? [{ path: ['span'], message: 'an engine has "span" or "config_file", not both' }]
      : []),
  ];
}

/** What an engine with a port must have: the worker probes it over HTTP. */
const WITH_PORT = ['health_path', 'health_test'];
/** What only a server has. */
const ON_PORT = [
  'health_path',
  'models_path',
  'loaded_path',
  'metrics_path',
  'in_flight_metric',
  'chat_path',
];

/** An engine without a port is a program that is not a server. */
function wrongPort(file: Readonly<Record<string, unknown>>, given: ReadonlySet<string>): readonly Conflict[] {
  if (given.has('port')) {
    return WITH_PORT.filter((key) => !given.has(key)).map((key) => ({
      path: [key],
      message: `"${key}" is missing: an engine with "port" is probed`,
    }));
  }
  const uses = Object.entries(file).filter(([, value]) => JSON.stringify(value).includes('{port}'));
  return [
    ...ON_PORT.filter((key) => given.has(key)).map((key) => ({
      path: [key],
      message: `"${key}" requires "port"`,
    })),
    ...uses.map(([key]) => ({ path: [key], message: `{port} in "${key}" requires "port"` })),
  ];
}

function healthTest(): Schema<readonly string[]> {
  const mustBe = 'a list of CMD or CMD-SHELL and what to run';
  const isTest = ([first, ...rest]: readonly string[]): boolean =>
    (first === 'CMD' || first === 'CMD-SHELL') && rest.length > 0;
  return command(['port', 'self']).check(z.refine(isTest, mustBe));
}

function inFlightMetric(): Schema<string> {
  const mustBe = 'the name of a Prometheus metric, or several joined by " + " and " - "';
  return z.string(mustBe).check(z.refine((expression) => readInFlightMetric(expression) !== null, mustBe));
}

function command(placeholders: readonly string[]): Schema<readonly string[]> {
  return texts.check(conflicts((list) => unknownPlaceholders(list.entries(), placeholders)));
}

/** Text with one placeholder that it must contain. */
function template(required: string, placeholders: readonly string[]): Schema<string> {
  const mustBe = `a text with {${required}}`;
  return z
    .string(mustBe)
    .check(z.refine((text) => text.includes(`{${required}}`), mustBe))
    .check(
      conflicts((text) =>
        unknownPlaceholders([['', text]], placeholders).map((fault) => ({ ...fault, path: [] })),
      ),
    );
}

function environment(placeholders: readonly string[]): Schema<Readonly<Record<string, string>>> {
  return textByName.check(
    conflicts((variables) => [
      ...unknownPlaceholders(Object.entries(variables), placeholders),
      ...GPU_VARIABLES.filter((name) => Object.hasOwn(variables, name)).map((name) => ({
        path: [name],
        message: `${name} is not allowed in engine files: rma assigns the GPUs of a service`,
      })),
    ]),
  );
}

/** A misspelt placeholder would reach the engine as it is. */
function unknownPlaceholders(
  items: Iterable<readonly [string | number, string]>,
  known: readonly string[],
): readonly Conflict[] {
  const names = known.map((name) => `{${name}}`).join(', ');
  return [...items].flatMap(([key, item]) =>
    [...item.matchAll(/\{([a-z_]+)\}/gi)]
      .filter(([, name = '']) => !known.includes(name))
      .map(([found]) => ({ path: [key], message: `unknown placeholder ${found}; known: ${names}` })),
  );
}

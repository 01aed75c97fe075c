import type { Engine } from '../model/profile.ts';
import { parseDuration } from '../units.ts';
import { type Fields, faultAt, openFields } from '../yaml/fields.ts';
import { type Fault, readYaml, type YamlDocument, type YamlText } from '../yaml/read-yaml.ts';
import { integer, isRefusal, measure, type Read, refuse, text, textMap, texts } from '../yaml/reads.ts';

const KEYS = [
  'image',
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
const GRACE = measure(parseDuration, 'a duration such as 30s');

/** An engine as its file says. */
export interface ParsedEngine {
  /** null when the file is no mapping at all */
  readonly engine: Engine | null;
  readonly faults: readonly Fault[];
}

/** Reads `compose/<name>.yaml`. All faults are told at once; with faults the engine is not to be used. */
export function parseEngine(source: YamlText, name: string): ParsedEngine {
  const document = readYaml(source);
  const faults = [...document.faults];
  const fields = faults.length > 0 ? null : openFields(document, [], KEYS, faults);
  if (fields === null) return { engine: null, faults };
  const engine = { name, ...readEngine(fields) };
  checkPlaceholders(document, engine, faults);
  return { engine, faults };
}

function readEngine(fields: Fields): Omit<Engine, 'name'> {
  return {
    image: fields.required('image', IMAGE, ''),
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

/** A misspelt placeholder would reach the engine as it stands. */
function checkPlaceholders(document: YamlDocument, engine: Engine, faults: Fault[]): void {
  const check = (key: string, items: readonly string[], known: readonly string[]): void => {
    items.forEach((item, index) => {
      for (const [found, word = ''] of item.matchAll(/\{([a-z_]+)\}/gi)) {
        if (known.includes(word)) continue;
        const message = `unknown placeholder ${found}; known: ${known.map((name) => `{${name}}`).join(', ')}`;
        faults.push(faultAt(document, [key, index], message));
      }
    });
  };
  check('command', engine.command, ['model', 'name', 'port']);
  check('health_test', engine.healthTest, ['port']);
}

const healthTest: Read<readonly string[]> = (value) => {
  const list = texts(value);
  if (isRefusal(list)) return list;
  const known = list[0] === 'CMD' || list[0] === 'CMD-SHELL';
  return known && list.length > 1 ? list : refuse('a list of CMD or CMD-SHELL and what to run');
};

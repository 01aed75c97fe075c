import { EXIT, RmaError } from '../../core/errors.ts';
import type { CommandResult } from '../define-command.ts';
import type { GlobalValues } from '../global-options.ts';
import type { Theme } from './theme.ts';

type OutputChoice = Pick<GlobalValues, 'json' | 'quiet' | 'format'>;

/** Returns the text for stdout with its trailing newline; may be empty. */
export async function formatResult(
  result: CommandResult,
  choice: OutputChoice,
  theme: Theme,
): Promise<string> {
  const { format } = choice;
  if (choice.json || format === 'json') return `${JSON.stringify(result.json, null, 2)}\n`;
  if (typeof format === 'object') return lines(filled(format.template, result.items ?? []));
  if (format === 'yaml')
    return (await import('../../core/yaml/yaml-text.ts')).toYaml(result.yaml ?? result.json);
  const { ids } = result;
  if (ids !== undefined && (choice.quiet || format === 'name')) return lines(ids);
  const text = result.human(theme);
  return text === '' ? '' : `${text}\n`;
}

type Item = Readonly<Record<string, unknown>>;

const KEY = /\{\{\s*\.?([\w.]+)\s*\}\}/g;

/**
 * Fills a template such as `{{name}} {{engine.port}}` from each item; supports the escapes `\t` and `\n`.
 * @throws RmaError RMA_USAGE_INVALID_VALUE (2) for a key that no item has, and anything but keys between braces
 */
function filled(template: string, items: readonly Item[]): readonly string[] {
  const text = template.replaceAll(String.raw`\t`, '\t').replaceAll(String.raw`\n`, '\n');
  const other = /\{\{.*?(\}\}|$)/s.exec(text.replaceAll(KEY, ''));
  if (other !== null) throw invalidTemplate(`contains "${other[0]}"`, items);
  for (const [, path = ''] of text.matchAll(KEY)) {
    const exists = items.length === 0 || items.some((item) => hasPath(item, path.split('.')));
    if (!exists) throw invalidTemplate(`contains the unknown key "${path}"`, items);
  }
  return items.map((item) => text.replaceAll(KEY, (_, path: string) => show(lookUp(item, path.split('.')))));
}

/** Returns whether a value has the keys; below null any key may exist in another item. */
function hasPath(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined || value === null) return true;
  return typeof value === 'object' && Object.hasOwn(value, key) && hasPath(Reflect.get(value, key), rest);
}

function invalidTemplate(fault: string, [first]: readonly Item[]): RmaError {
  const keys = first === undefined ? [] : Object.keys(first).map((key) => `{{${key}}}`);
  return new RmaError('RMA_USAGE_INVALID_VALUE', `the template of --format ${fault}`, {
    exitCode: EXIT.usage,
    hint: `use ${keys.length === 0 ? 'keys such as {{name}}' : keys.join(' ')}; to see all values: --json`,
  });
}

function lookUp(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined,
    value,
  );
}

function show(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

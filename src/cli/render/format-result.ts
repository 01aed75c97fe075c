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
  if (typeof format === 'object')
    return lines((result.items ?? []).map((item) => fill(format.template, item)));
  if (format === 'yaml')
    return (await import('../../core/yaml/yaml-text.ts')).toYaml(result.yaml ?? result.json);
  const { ids } = result;
  if (ids !== undefined && (choice.quiet || format === 'name')) return lines(ids);
  const text = result.human(theme);
  return text === '' ? '' : `${text}\n`;
}

/** Fills a template such as `{{name}} {{engine.port}}` from an item; supports the escapes `\t` and `\n`. */
function fill(template: string, item: Readonly<Record<string, unknown>>): string {
  return template
    .replaceAll(String.raw`\t`, '\t')
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll(/\{\{\s*\.?([\w.]+)\s*\}\}/g, (_, path: string) => show(lookUp(item, path.split('.'))));
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

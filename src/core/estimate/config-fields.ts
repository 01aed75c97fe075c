import * as z from 'zod/mini';
import { type Schema, valueOrNull } from '../schema/parse.ts';
import { readPythonJson } from '../schema/python-json.ts';
import { CLASS_DEFAULTS, OWN_TEXT_DEFAULTS, TEXT_TYPES } from './class-defaults.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The language model of a `config.json`. */
export interface ConfigFields {
  readonly type: string | null;
  readonly given: Fields;
  /** what its class adds; null: unknown class */
  readonly defaults: Fields | null;
  readonly whole: Fields;
}

const objectSchema: Schema<Fields> = z.record(z.string(), z.unknown());
/** Vision and audio models have the values of their language model in a nested object. */
const NESTED = ['text_config', 'llm_config', 'language_config', 'thinker_config', 'decoder_config'];
/** Names of the number of layers, the most common first. */
export const LAYERS = ['num_hidden_layers', 'n_layer', 'num_layers', 'n_layers', 'num_transformer_layers'];
const MAX_DEPTH = 3;

/** Parses the text of a `config.json`; null if it is not a JSON object. */
export function readConfigFields(text: string): ConfigFields | null {
  const whole = valueOrNull(objectSchema, readPythonJson(text));
  if (whole === null) return null;
  const { fields, outer } = languagePart(whole, null, 0);
  const own = textOf(fields, 'model_type');
  const type = own ?? (outer === null ? null : (TEXT_TYPES[outer] ?? null));
  // MPT and DBRX; Kimi Linear, whose linear layers have heads of their own
  const attention = valueOrNull(objectSchema, fields['attn_config']);
  const linear = Object.entries(valueOrNull(objectSchema, fields['linear_attn_config']) ?? {});
  const given = {
    ...attention,
    ...fields,
    ...Object.fromEntries(linear.map(([key, value]) => [`linear_attn.${key}`, value])),
  };
  return { type, given, defaults: defaultsOf(type), whole };
}

/**
 * Returns the first positive number among these keys, then that of the class defaults. A key with null or 0 counts as
 * none, whatever the default; digits in a string count as a number, other values as missing.
 */
export function numberOf({ given, defaults }: ConfigFields, names: readonly string[]): number | null {
  for (const name of names) {
    const value = numeric(given[name]);
    if (value === null) return null;
    if (typeof value === 'number' && Number.isFinite(value)) return value > 0 ? value : null;
  }
  const byClass = names.map((name) => defaults?.[name]).find((value) => typeof value === 'number');
  return typeof byClass === 'number' && byClass > 0 ? byClass : null;
}

function numeric(value: unknown): unknown {
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** Returns the value of a switch; null if it is not set. */
export function switchOf({ given, defaults }: ConfigFields, name: string): boolean | null {
  const value = given[name] ?? defaults?.[name];
  return typeof value === 'boolean' ? value : null;
}

/** Returns the list of a key; null if it has none. */
export function listOf<T>({ given }: ConfigFields, names: readonly string[], item: Schema<T>) {
  const list: Schema<readonly T[]> = z.array(item);
  return names.map((name) => valueOrNull(list, given[name])).find((value) => value !== null) ?? null;
}

export function textOf(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' ? value : null;
}

/** Returns the object with the language model, and the `model_type` around it. */
function languagePart(
  fields: Fields,
  outer: string | null,
  depth: number,
): { readonly fields: Fields; readonly outer: string | null } {
  const isLanguageModel = LAYERS.some((name) => typeof numeric(fields[name]) === 'number');
  const inner = NESTED.map((name) => valueOrNull(objectSchema, fields[name])).find((found) => found !== null);
  if (isLanguageModel || inner === undefined || inner === null || depth === MAX_DEPTH)
    return { fields, outer };
  return languagePart(inner, textOf(fields, 'model_type'), depth + 1);
}

function defaultsOf(type: string | null): Fields | null {
  if (type === null) return null;
  const byType = CLASS_DEFAULTS.get(type);
  if (byType !== undefined) return byType;
  const inner = OWN_TEXT_DEFAULTS.has(type) ? undefined : TEXT_TYPES[type];
  return inner === undefined ? null : (CLASS_DEFAULTS.get(inner) ?? null);
}

import * as z from 'zod/mini';
import { nearest } from '../nearest.ts';
import type { Schema } from '../schema/parse.ts';
import { hostSchema } from './host-schema.ts';
import { placementSchema } from './placement-schema.ts';
import { serviceSettingsSchema } from './service-settings-schema.ts';
import type { Setting, YamlForm } from './setting.ts';

type Shape = Record<string, Schema<unknown>>;

const word = z.union([z.string(), z.int()], 'a string or an integer');

/** The values of each form in rma.yaml. */
const FORMS: Readonly<Record<YamlForm, (example: string) => Schema<unknown>>> = {
  text: (example) => z.string(`a string such as ${example}`),
  texts: (example) => {
    const mustBe = `a string or a list of strings such as ${example}`;
    return z.union([z.string(), z.array(z.string())], mustBe);
  },
  'number-or-text': (example) => z.union([z.string(), z.number()], `a string or a number such as ${example}`),
  switch: (example) => z.union([z.string(), z.boolean()], `true, false or a string such as ${example}`),
  integer: (example) => z.int(`an integer such as ${example}`),
  list: (example) => z.array(word, `a list such as ${example}`),
  map: (example) => z.record(z.string(), word, `a mapping such as ${example}`),
  services: (example) =>
    z.record(z.string(), z.nullable(serviceSettingsSchema), `a mapping such as ${example}`),
  placement: (example) => z.record(z.string(), z.nullable(placementSchema), `a mapping such as ${example}`),
  hosts: (example) => z.record(z.string(), z.nullable(hostSchema), `a mapping such as ${example}`),
};

/** Returns the schema of an rma.yaml with these settings; a key without a value is treated as absent. */
export function settingsSchema(settings: readonly Setting<unknown>[]): Schema<unknown> {
  const top: Shape = { $schema: z.optional(z.unknown()) };
  const sections = new Map<string, Shape>();
  for (const { key, form, example } of settings) {
    const [first = key, second] = key.split('.');
    const value = z.nullish(FORMS[form](example));
    if (second === undefined) top[first] = value;
    else sections.set(first, { ...sections.get(first), [second]: value });
  }
  const known = settings.map(({ key }) => key);
  for (const [name, shape] of sections) top[name] = z.nullish(section(shape, known));
  return section(top, [...known, ...sections.keys()]);
}

function section(shape: Shape, known: readonly string[]): Schema<unknown> {
  return z.strictObject(shape, { error: (issue) => unknownKeys(issue, known) ?? 'a mapping of settings' });
}

/** Returns a line for each unknown key, null for another issue. A setting of that name in another section is the nearest. */
function unknownKeys(issue: z.core.$ZodRawIssue, known: readonly string[]): string | null {
  if (issue.code !== 'unrecognized_keys') return null;
  const path = issue.path ?? [];
  const messages = issue.keys.map((word) => {
    const key = [...path, word].join('.');
    const elsewhere = known.find((candidate) => candidate.split('.').at(-1) === word);
    const near = elsewhere ?? nearest(key, known);
    return `unknown key ${JSON.stringify(key)}${near === null ? '' : `; did you mean ${JSON.stringify(near)}?`}`;
  });
  return messages.join('\n');
}

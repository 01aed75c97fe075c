import type { Plain } from './manifest-faults.ts';

/**
 * Returns where a value differs from a structural schema of a CustomResourceDefinition: unknown and missing fields, wrong types,
 * values outside of an enumeration or a pattern.
 */
export function schemaFaults(value: Plain, schema: Plain, path = 'spec'): readonly string[] {
  const faults = valueFaults(value, schema).map((fault) => `${path}: ${fault}`);
  if (Array.isArray(value))
    return [
      ...faults,
      ...value.flatMap((item, at) => schemaFaults(item, schema.items ?? {}, `${path}[${at}]`)),
    ];
  if (typeof value !== 'object' || schema['x-kubernetes-preserve-unknown-fields']) return faults;
  const missing = (schema.required ?? []).filter((key: string) => value[key] === undefined);
  const fields = Object.entries(value).flatMap(([key, each]) => {
    const field = schema.properties?.[key] ?? schema.additionalProperties;
    return field === undefined
      ? [`${path}: unknown field ${key}`]
      : schemaFaults(each, field, `${path}.${key}`);
  });
  return [...faults, ...missing.map((key: string) => `${path}: no ${key}`), ...fields];
}

function valueFaults(value: Plain, schema: Plain): readonly string[] {
  const types: string[] = schema['x-kubernetes-int-or-string']
    ? ['integer', 'string']
    : schema.type === 'number'
      ? ['integer', 'number']
      : [schema.type];
  return [
    ...(types.includes(typeOf(value)) ? [] : [`${typeOf(value)} instead of ${types.join(' or ')}`]),
    ...(schema.enum === undefined || schema.enum.includes(value) ? [] : [`not one of ${schema.enum}`]),
    ...(schema.pattern === undefined || new RegExp(schema.pattern).test(`${value}`)
      ? []
      : [`does not match ${schema.pattern}`]),
  ];
}

function typeOf(value: Plain): string {
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

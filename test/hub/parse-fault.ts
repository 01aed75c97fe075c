import type { Fault, FaultKind } from './faults.ts';

type FieldType = 'string' | 'number';

interface Fields {
  readonly required?: Readonly<Record<string, FieldType>>;
  readonly optional?: Readonly<Record<string, FieldType>>;
}

const SCOPE: Readonly<Record<string, FieldType>> = {
  kind: 'string',
  path: 'string',
  port: 'string',
  method: 'string',
  skip: 'number',
  times: 'number',
};

const FIELDS: Readonly<Record<FaultKind, Fields>> = {
  status: { required: { status: 'number' }, optional: { retryAfter: 'string', errorCode: 'string' } },
  html: {},
  redirect: { required: { to: 'string' } },
  'redirect-loop': {},
  'flip-byte': { optional: { offset: 'number' } },
  cut: { optional: { bytes: 'number', offset: 'number' } },
  stall: { optional: { bytes: 'number', offset: 'number' } },
  slow: { required: { bytesPerSecond: 'number' } },
  'ignore-range': {},
  'wrong-content-range': {},
  etag: { required: { etag: 'string' } },
  'last-modified': { required: { date: 'string' } },
  gzip: {},
  'no-length': {},
  'expired-url': { required: { uses: 'number' } },
  'wrong-hash': {},
  'list-as': { required: { as: 'string' } },
};

/** Parses a fault from JSON. Throws TypeError with the invalid field, so that no test runs with a misspelled fault. */
export function parseFault(value: unknown): Fault {
  checkFault(value);
  return value;
}

function checkFault(value: unknown): asserts value is Fault {
  if (!isRecord(value)) throw new TypeError('a fault is a JSON object');
  const kind = value['kind'];
  if (typeof kind !== 'string' || !isFaultKind(kind)) throw new TypeError(`unknown fault ${String(kind)}`);
  const { required = {}, optional = {} } = FIELDS[kind];
  for (const name of Object.keys(required)) {
    if (value[name] === undefined) throw new TypeError(`fault ${kind} needs ${name}`);
  }
  const known = { ...SCOPE, ...required, ...optional };
  for (const [name, given] of Object.entries(value)) {
    const type = known[name];
    if (type === undefined) throw new TypeError(`fault ${kind} has no ${name}`);
    if (typeof given !== type) throw new TypeError(`${name} of fault ${kind} is a ${type}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isFaultKind(kind: string): kind is FaultKind {
  return Object.hasOwn(FIELDS, kind);
}

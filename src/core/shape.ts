/** Checks a foreign value at one place, notes every fault, and gives the value with its known fields only. */
export type Shape<T> = (value: unknown, at: string, faults: string[]) => T;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly string[] };

type Fields<F> = { readonly [K in keyof F]: F[K] extends Shape<infer T> ? T : never };

/** The value as `T`, or every fault at once, each with its place as `$.models[0].ref`. */
export function checkShape<T>(shape: Shape<T>, value: unknown): Checked<T> {
  const faults: string[] = [];
  const result = shape(value, '$', faults);
  return faults.length === 0 ? { ok: true, value: result } : { ok: false, faults };
}

export function text(what = 'a text', pattern = /./s): Shape<string> {
  return (value, at, faults) => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    return fault<string>(faults, at, what, value);
  };
}

/** @param faultOf why a text does not fit, null when it does */
export function soundText(what: string, faultOf: (value: string) => string | null): Shape<string> {
  return (value, at, faults) => {
    if (typeof value !== 'string') return fault<string>(faults, at, what, value);
    const found = faultOf(value);
    return found === null ? value : fault<string>(faults, at, `${what} (${found})`, value);
  };
}

export function wholeNumber(least = 0): Shape<number> {
  return (value, at, faults) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
    return fault<number>(faults, at, `a whole number from ${least}`, value);
  };
}

export function yesOrNo(): Shape<boolean> {
  return (value, at, faults) =>
    typeof value === 'boolean' ? value : fault<boolean>(faults, at, 'true or false', value);
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Shape<T> {
  return (value, at, faults) => {
    const found = allowed.find((each) => each === value);
    return found ?? fault<T>(faults, at, `one of ${allowed.join(', ')}`, value);
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at, faults) => (value === null ? null : shape(value, at, faults));
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value, at, faults) => {
    if (!Array.isArray(value)) return fault<readonly T[]>(faults, at, 'a list', value);
    return value.map((each, index) => item(each, `${at}[${index}]`, faults));
  };
}

export function record<F extends Readonly<Record<string, Shape<unknown>>>>(fields: F): Shape<Fields<F>> {
  return (value, at, faults) => {
    if (!isObject(value)) return fault<Fields<F>>(faults, at, 'an object', value);
    const entries = Object.entries(fields).map(([key, shape]) => [
      key,
      shape(value[key], `${at}.${key}`, faults),
    ]);
    return Object.fromEntries(entries) as Fields<F>;
  };
}

/** An object with any keys and one kind of value. */
export function dictionary<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, at, faults) => {
    if (!isObject(value)) return fault<Readonly<Record<string, T>>>(faults, at, 'an object', value);
    const entries = Object.entries(value).map(([key, each]) => [
      key,
      item(each, `${at}[${JSON.stringify(key)}]`, faults),
    ]);
    return Object.fromEntries(entries) as Record<string, T>;
  };
}

/** One of several kinds of object, told apart by the text in the field `tag`. */
export function tagged<T>(tag: string, kinds: Readonly<Record<string, Shape<T>>>): Shape<T> {
  return (value, at, faults) => {
    if (!isObject(value)) return fault<T>(faults, at, 'an object', value);
    const name = value[tag];
    const kind = typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      return fault<T>(faults, `${at}.${tag}`, `one of ${Object.keys(kinds).join(', ')}`, name);
    }
    return kind(value, at, faults);
  };
}

/** A field that may be absent. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, at, faults) => (value === undefined ? undefined : shape(value, at, faults));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// The value returned beside a fault is never used: checkShape gives it to nobody.
function fault<T>(faults: string[], at: string, wanted: string, value: unknown): T {
  faults.push(`${at} must be ${wanted}, not ${shown(value)}`);
  return undefined as T;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const json = JSON.stringify(value) ?? typeof value;
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}

/** One of the five fields of a cron expression. */
export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** names of values, by value minus `firstName` */
  readonly names: readonly string[];
  readonly firstName: number;
}

/** The times of one field: each value, or `*`. */
export interface FieldTimes {
  /** the field in numbers, as every cron, systemd and croner reads it */
  readonly text: string;
  /** ascending; null: every value, written as `*` */
  readonly values: readonly number[] | null;
}

/** A mistake in a field. */
export interface FieldFault {
  readonly reason: string;
  /** position in the field, from 0 */
  readonly at: number;
  /** what to write instead, for the whole field; null if unknown */
  readonly fix: string | null;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The fields in the order of crontab(5). Sunday is 0 and 7. */
export const CRON_FIELDS: readonly [CronField, CronField, CronField, CronField, CronField] = [
  { name: 'minute', min: 0, max: 59, names: [], firstName: 0 },
  { name: 'hour', min: 0, max: 23, names: [], firstName: 0 },
  { name: 'day of month', min: 1, max: 31, names: [], firstName: 0 },
  { name: 'month', min: 1, max: 12, names: MONTHS, firstName: 1 },
  { name: 'day of week', min: 0, max: 7, names: WEEKDAYS, firstName: 0 },
];

const SUNDAY = 7;

/** Parses one field: a star, a star with a step, or values, ranges and ranges with a step, separated by commas. */
export function parseField(text: string, field: CronField): FieldTimes | FieldFault {
  if (text === '*') return { text, values: null };
  const values = new Set<number>();
  let at = 0;
  for (const part of text.split(',')) {
    const parsed = parsePart(part, field);
    if ('reason' in parsed) {
      const fix = parsed.fix === null ? null : text.slice(0, at) + parsed.fix + text.slice(at + part.length);
      return { reason: parsed.reason, at, fix };
    }
    for (const value of parsed) values.add(field.max === SUNDAY && value === SUNDAY ? 0 : value);
    at += part.length + 1;
  }
  const sorted = [...values].sort((a, b) => a - b);
  return { text: /^\*\/\d+$/.test(text) ? text : inNumbers(sorted), values: sorted };
}

type PartFault = Omit<FieldFault, 'at'>;

function parsePart(part: string, field: CronField): readonly number[] | PartFault {
  const [, from = '', to, stepText] = /^([^-/]*)(?:-([^-/]*))?(?:\/([^/]*))?$/.exec(part) ?? [];
  const step = stepText === undefined ? 1 : stepOf(stepText, field);
  if (step === null) {
    return { reason: `${field.name} step "${stepText}" is not in 1-${field.max}`, fix: null };
  }
  if (from === '*' && to === undefined) {
    if (stepText === undefined) return { reason: '* cannot be part of a list', fix: null };
    return range(field.min, topOf(field), step);
  }
  const first = numberOf(from, field);
  if (first === null) return unreadable(from === '' ? part : from, field);
  if (to === undefined) {
    if (stepText === undefined) return [first];
    return { reason: `a step needs a range: "${part}"`, fix: `${from}-${topOf(field)}/${stepText}` };
  }
  const last = numberOf(to, field);
  if (last === null) return unreadable(to, field);
  return last < first ? backwards(field, [first, last], stepText) : range(first, last, step);
}

function stepOf(text: string, { max }: CronField): number | null {
  const step = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return step < 1 || step > max ? null : step;
}

/** Returns the last value of `*`: Sunday counts once. */
function topOf({ max }: CronField): number {
  return max === SUNDAY ? SUNDAY - 1 : max;
}

function numberOf(text: string, { min, max, names, firstName }: CronField): number | null {
  const named = names.indexOf(text.toLowerCase());
  if (named !== -1) return named + firstName;
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value < min || value > max ? null : value;
}

function unreadable(text: string, { name, min, max, names }: CronField): PartFault {
  const named = names.length === 0 ? '' : ` and not one of ${names.join(', ')}`;
  if (text === '') return { reason: `${name} has an empty part`, fix: null };
  return { reason: `${name} "${text}" is not in ${min}-${max}${named}`, fix: null };
}

function backwards(
  field: CronField,
  [first, last]: readonly [number, number],
  step: string | undefined,
): PartFault {
  const top = topOf(field);
  const start = first === top ? `${first}` : `${first}-${top}`;
  const end = last === field.min ? `${last}` : `${field.min}-${last}`;
  const reason = `${field.name} range ${first}-${last} runs backwards`;
  return { reason, fix: step === undefined ? `${start},${end}` : null };
}

function range(first: number, last: number, step: number): readonly number[] {
  const count = Math.floor((last - first) / step) + 1;
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** Returns values as a list in which three or more consecutive ones are a range: `1-5,7`. */
function inNumbers(values: readonly number[]): string {
  const parts: string[] = [];
  for (let start = 0; start < values.length; ) {
    let end = start;
    while (values[end + 1] === (values[end] ?? 0) + 1) end++;
    if (end - start >= 2) parts.push(`${values[start]}-${values[end]}`);
    else parts.push(...values.slice(start, end + 1).map(String));
    start = end + 1;
  }
  return parts.join(',');
}

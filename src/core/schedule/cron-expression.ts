import { EXIT, RmaError } from '../errors.ts';
import { CRON_FIELDS, type FieldTimes, parseField } from './cron-field.ts';
import { nextRun } from './run-times.ts';

/** A cron expression that cron, systemd and croner read alike. */
export interface CronExpression {
  /** five fields in numbers, as written to crontabs */
  readonly text: string;
  readonly minute: FieldTimes;
  readonly hour: FieldTimes;
  readonly day: FieldTimes;
  readonly month: FieldTimes;
  /** 0 is Sunday */
  readonly weekday: FieldTimes;
}

/** The nicknames of crontab(5), also accepted with their `@`. */
const NICKNAMES: Readonly<Record<string, string>> = {
  hourly: '0 * * * *',
  daily: '0 0 * * *',
  midnight: '0 0 * * *',
  weekly: '0 0 * * 0',
  monthly: '0 0 1 * *',
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
};

const HINT = 'pass hourly, daily, weekly, monthly, or five fields: minute hour day month weekday';
/** A day in 2024, a leap year, from which every possible date occurs within 8 years. */
const ANY_DAY = Date.UTC(2024, 0, 1);

/**
 * Parses the schedule of `--every`: a nickname or the five fields of crontab(5). Rejects what implementations read differently.
 * @throws RmaError RMA_SCHEDULE_INVALID (2) with the position and the fix
 */
export function parseCron(input: string): CronExpression {
  const given = input.trim();
  const name = given.toLowerCase().replace(/^@/, '');
  const text = Object.hasOwn(NICKNAMES, name) ? (NICKNAMES[name] ?? '') : given;
  const words = [...text.matchAll(/\S+/g)];
  if (words.length !== CRON_FIELDS.length) throw notFiveFields(given, words.length);
  const fields = CRON_FIELDS.map((field, index): FieldTimes => {
    const word = words[index];
    const parsed = parseField(word?.[0] ?? '', field);
    if (!('reason' in parsed)) return parsed;
    const { reason, at, fix } = parsed;
    const fixed = fix === null ? null : words.map((each, i) => (i === index ? fix : each[0])).join(' ');
    throw invalid(given, `${reason} (column ${(word?.index ?? 0) + at + 1})`, fixed);
  });
  const expression = joined(fields);
  checkDays(given, expression);
  if (nextRun(expression.text, ANY_DAY, 'UTC') === null) {
    throw invalid(given, 'no date matches: the month never has that day', null);
  }
  return expression;
}

function joined(fields: readonly FieldTimes[]): CronExpression {
  const [minute, hour, day, month, weekday] = fields as readonly [
    FieldTimes,
    FieldTimes,
    FieldTimes,
    FieldTimes,
    FieldTimes,
  ];
  return { text: fields.map((field) => field.text).join(' '), minute, hour, day, month, weekday };
}

/** cron joins day and weekday by "or", unless one of them starts with `*`: implementations disagree about a step there. */
function checkDays(given: string, { day, weekday, minute, hour, month }: CronExpression): void {
  const isStep = ({ text }: FieldTimes): boolean => text.startsWith('*/');
  if (!((isStep(day) && weekday.values !== null) || (isStep(weekday) && day.values !== null))) return;
  const listed = ({ text, values }: FieldTimes): string => (values === null ? text : values.join(','));
  const fix = [minute.text, hour.text, listed(day), month.text, listed(weekday)].join(' ');
  throw invalid(given, 'a step in the day or weekday field is ambiguous if both fields are set', fix);
}

function notFiveFields(given: string, count: number): RmaError {
  const every = /^(\d+)\s*(m|min|minutes?|h|hours?|d|days?)$/i.exec(given);
  const fix =
    every === null ? null : fromDuration(Number(every[1]), (every[2] ?? '').charAt(0).toLowerCase());
  const reason =
    count === CRON_FIELDS.length + 1
      ? '6 fields, expected 5: seconds are not supported'
      : `${count} ${count === 1 ? 'field' : 'fields'}, expected 5`;
  return invalid(given, reason, fix);
}

/** Returns the expression for an interval that divides an hour or a day evenly; null for others. */
function fromDuration(count: number, unit: string): string | null {
  if (unit === 'm' && count > 0 && 60 % count === 0) return count === 60 ? 'hourly' : `*/${count} * * * *`;
  if (unit === 'h' && count > 0 && 24 % count === 0) return count === 24 ? 'daily' : `0 */${count} * * *`;
  if (unit === 'd' && count === 1) return 'daily';
  return unit === 'd' && count === 7 ? 'weekly' : null;
}

function invalid(given: string, reason: string, fix: string | null): RmaError {
  return new RmaError('RMA_SCHEDULE_INVALID', `invalid schedule "${given}": ${reason}`, {
    exitCode: EXIT.usage,
    hint: fix === null ? HINT : `write: --every "${fix}"`,
  });
}

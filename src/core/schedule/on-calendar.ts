import type { CronExpression } from './cron-expression.ts';
import type { FieldTimes } from './cron-field.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * Returns an expression as the values of OnCalendar=, in the syntax of systemd.time(7). cron joins a day and a weekday by
 * "or", systemd by "and": both together become two values, which systemd joins by "or".
 */
export function onCalendar({ minute, hour, day, month, weekday }: CronExpression): readonly string[] {
  const time = `${list(hour)}:${list(minute)}:00`;
  const dates = (days: string): string => `*-${list(month)}-${days}`;
  const weekdays = weekday.values?.map((value) => WEEKDAYS[value]).join(',') ?? '';
  if (weekday.values === null) return [`${dates(list(day))} ${time}`];
  const byWeekday = `${weekdays} ${dates('*')} ${time}`;
  return day.values === null ? [byWeekday] : [`${dates(list(day))} ${time}`, byWeekday];
}

function list({ values }: FieldTimes): string {
  return values === null ? '*' : values.map((value) => String(value).padStart(2, '0')).join(',');
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RmaError } from '../../../src/core/errors.ts';
import { parseCron } from '../../../src/core/schedule/cron-expression.ts';
import { onCalendar } from '../../../src/core/schedule/on-calendar.ts';
import { nextRun, previousRun } from '../../../src/core/schedule/run-times.ts';

function faultOf(text: string): RmaError {
  try {
    parseCron(text);
  } catch (error) {
    if (error instanceof RmaError) return error;
    throw error;
  }
  throw new Error(`${text} is accepted`);
}

describe('a schedule', () => {
  it.each([
    ['daily', '0 0 * * *', ['*-*-* 00:00:00']],
    ['@Weekly', '0 0 * * 0', ['Sun *-*-* 00:00:00']],
    ['hourly', '0 * * * *', ['*-*-* *:00:00']],
    ['monthly', '0 0 1 * *', ['*-*-01 00:00:00']],
    ['  30   3 * *  sun ', '30 3 * * 0', ['Sun *-*-* 03:30:00']],
    ['0 3 * * MON-fri', '0 3 * * 1-5', ['Mon,Tue,Wed,Thu,Fri *-*-* 03:00:00']],
    ['0 3 * * 5-7', '0 3 * * 0,5,6', ['Sun,Fri,Sat *-*-* 03:00:00']],
    ['*/20 8-18/5 * jan,7 *', '*/20 8,13,18 * 1,7 *', ['*-01,07-* 08,13,18:00,20,40:00']],
    // cron runs on the 13th and on every Friday
    ['0 0 13 * 5', '0 0 13 * 5', ['*-*-13 00:00:00', 'Fri *-*-* 00:00:00']],
  ])('%j is %j for cron, and the same times for systemd', (input, text, calendar) => {
    const expression = parseCron(input);
    expect(expression.text).toBe(text);
    expect(onCalendar(expression)).toEqual(calendar);
  });

  it.each([
    ['61 3 * * *', 'minute "61" is not in 0-59 (column 1)', null],
    ['0 3,x * * *', 'hour "x" is not in 0-23 (column 5)', null],
    ['0 3 * * mun', 'day of week "mun" is not in 0-7 and not one of sun, mon', null],
    ['0 22-2 * * *', 'hour range 22-2 runs backwards (column 3)', '0 22-23,0-2 * * *'],
    ['0 3 * * fri-mon', 'day of week range 5-1 runs backwards (column 9)', '0 3 * * 5-6,0-1'],
    ['5/15 * * * *', 'a step needs a range: "5/15" (column 1)', '5-59/15 * * * *'],
    ['*/0 * * * *', 'minute step "0" is not in 1-59 (column 1)', null],
    ['0 3,, * * *', 'hour has an empty part (column 5)', null],
    ['0 *,3 * * *', '* cannot be part of a list (column 3)', null],
    ['0 0 3 * * *', '6 fields, expected 5: seconds are not supported', null],
    ['never', '1 field, expected 5', null],
    ['', '0 fields, expected 5', null],
    ['6h', '1 field, expected 5', '0 */6 * * *'],
    ['15 min', '2 fields, expected 5', '*/15 * * * *'],
    ['1d', '1 field, expected 5', 'daily'],
    ['7h', '1 field, expected 5', null],
    ['0 0 31 2 *', 'no date matches: the month never has that day', null],
    ['0 0 L * *', 'day of month "L" is not in 1-31 (column 5)', null],
    ['0 3 */10 * 1', 'a step in the day or weekday field is ambiguous', '0 3 1,11,21,31 * 1'],
  ])('%j is refused with the position and the fix', (input, reason, fix) => {
    const fault = faultOf(input);
    expect(fault).toMatchObject({ code: 'RMA_SCHEDULE_INVALID', exitCode: 2 });
    expect(fault.message).toContain(`invalid schedule "${input}": ${reason}`);
    if (fix === null) expect(fault.hint).toMatch(/^pass hourly, daily/);
    else expect(fault.hint).toBe(`write: --every "${fix}"`);
    if (fix !== null) expect(() => parseCron(fix)).not.toThrow();
  });

  it('has its next and its previous run in the time zone, across a change of the clock', () => {
    const after = Date.parse('2026-10-24T12:00:00Z');
    const runs = [
      nextRun('0 3 * * *', after, 'Europe/Berlin'),
      nextRun('0 3 * * *', after + 86_400_000, 'UTC'),
    ];
    expect(runs.map((ms) => new Date(ms ?? 0).toISOString())).toEqual([
      '2026-10-25T02:00:00.000Z',
      '2026-10-26T03:00:00.000Z',
    ]);
    expect(previousRun('0 3 * * *', after, 'Europe/Berlin')).toBe(Date.parse('2026-10-24T01:00:00Z'));
  });

  it('is the same schedule when its text is parsed again', () => {
    const values = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: 1, max: max === 7 ? 6 : max }).map((step) => `*/${step}`),
        fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 5 }).map((list) => list.join(',')),
      );
    const anyText = fc.tuple(values(0, 59), values(0, 23), values(1, 28), values(1, 12), values(0, 7));
    fc.assert(
      fc.property(anyText, (fields) => {
        const steps = [fields[2], fields[4]].some((field) => field.startsWith('*/'));
        fc.pre(!(steps && fields[2] !== '*' && fields[4] !== '*'));
        const expression = parseCron(fields.join(' '));
        expect(parseCron(expression.text)).toEqual(expression);
        const from = Date.UTC(2026, 0, 1);
        expect(nextRun(expression.text, from, 'UTC')).toBe(nextRun(fields.join(' '), from, 'UTC'));
      }),
    );
  });
});

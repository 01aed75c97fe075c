import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../../src/core/domain/history.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { chooseEntry } from '../../../src/core/history/choose-entry.ts';
import { historyEntryOf, withModels } from '../../helpers/builders/history-builders.ts';

/** Returns an entry with this Compose file: `1 a`, `2 b failed`, `3 a to 1`, `4 b to 2 failed`. */
function entryOf(text: string): HistoryEntry {
  const [number, compose = '', ...words] = text.split(' ');
  const to = words.indexOf('to');
  const rollbackTo = to < 0 ? null : Number(words[to + 1]);
  return historyEntryOf({
    number: Number(number),
    files: { ...withModels({}), compose },
    command: rollbackTo === null ? 'up' : 'rollback',
    rollbackTo,
    result: words.includes('failed') ? { state: 'failed', code: 'RMA_X' } : { state: 'applied' },
  });
}

const choose = (texts: readonly string[], number: number | null = null) =>
  chooseEntry({ project: 'box', entries: texts.map(entryOf), faults: new Map(), number }).number;

describe('the entry of a rollback without a number', () => {
  it.each([
    ['is the one before the last', ['1 a', '2 b'], 1],
    ['is the last applied one after a failure', ['1 a', '2 b', '3 c failed'], 2],
    ['is not a failed one', ['1 a', '2 b failed', '3 c'], 1],
    ['is not one that ran the same', ['1 a', '2 b', '3 b'], 1],
    ['goes back further after a rollback', ['1 a', '2 b', '3 c', '4 b to 2'], 1],
    ['goes back further after two rollbacks', ['1 a', '2 b', '3 c', '4 d', '5 c to 3', '6 b to 2'], 1],
    [
      'is the one before the entry that was rolled back to, also by another rollback',
      ['1 a', '2 b', '3 c', '4 b to 2', '5 d', '6 b to 4'],
      1,
    ],
    ['is the same again after a rollback that failed', ['1 a', '2 b', '3 c', '4 b to 2 failed'], 2],
    ['is the state before that of an up after a rollback', ['1 a', '2 b', '3 a to 1', '4 c'], 3],
  ])('%s', (_, texts, expected) => {
    expect(choose(texts)).toBe(expected);
  });

  it.each([
    ['there is only one', ['1 a']],
    ['all others failed', ['1 a failed', '2 b failed', '3 c']],
    ['the first one was rolled back to', ['1 a', '2 b', '3 a to 1']],
  ])('is an error if %s', (_, texts) => {
    expect(() => choose(texts)).toThrow(expect.objectContaining({ code: 'RMA_ROLLBACK_NONE', exitCode: 2 }));
  });
});

describe('the entry of a rollback with a number', () => {
  it('may also be one that failed', () => {
    expect(choose(['1 a', '2 b failed', '3 c'], 2)).toBe(2);
  });

  it('is an error with the numbers that exist if it is unknown', () => {
    expect(() => choose(['4 a', '5 b'], 3)).toThrow(
      'the history of project "box" has no entry 3; it has 4, 5',
    );
  });

  it('is an error if the entry cannot be read', () => {
    const fault = new RmaError('RMA_HISTORY_INVALID', 'broken');
    const faults = new Map([[2, fault]]);
    expect(() => chooseEntry({ project: 'box', entries: [entryOf('1 a')], faults, number: 2 })).toThrow(
      fault,
    );
  });
});

it('a project without a history has nothing to roll back to', () => {
  expect(() => choose([])).toThrow(expect.objectContaining({ code: 'RMA_HISTORY_EMPTY', exitCode: 2 }));
});

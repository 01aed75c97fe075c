import { describe, expect, it } from 'vitest';
import type { ModelUse } from '../../../src/core/domain/model-use.ts';
import { lastUse } from '../../../src/core/inventory/last-use.ts';
import { formatUse, readUse, useName } from '../../../src/core/inventory/use-record.ts';

const EARLY = '2026-01-01T00:00:00.000Z';
const LATE = '2026-02-01T00:00:00.000Z';

describe('the last use of a model', () => {
  it.each([
    ['is its record, if that is later than its content', { lastUsedAt: LATE, modifiedAt: EARLY }, LATE],
    ['is the time of its content, if that is later', { lastUsedAt: EARLY, modifiedAt: LATE }, LATE],
    ['is the time of its content, if nothing is recorded', { lastUsedAt: null, modifiedAt: EARLY }, EARLY],
    ['is its record, if it has no content', { lastUsedAt: EARLY, modifiedAt: null }, EARLY],
    ['is unknown without both', { lastUsedAt: null, modifiedAt: null }, null],
  ])('%s', (_, times, expected) => {
    expect(lastUse(times)).toBe(expected);
  });
});

describe('the record of a use', () => {
  const use: ModelUse = {
    receipt: 'hf/models--org--name/c.json',
    worker: { host: 'box', project: 'demo', profile: 'chat' },
    usedAt: EARLY,
  };

  it('is read as it was written', () => {
    expect(readUse(formatUse(use), useName(use))).toEqual(use);
    const pull = { ...use, worker: null };
    expect(readUse(formatUse(pull), useName(pull))).toEqual(pull);
  });

  it('has one name for each model and worker, whatever the time', () => {
    const names = [
      use,
      { ...use, worker: null },
      { ...use, receipt: 'other.json' },
      { ...use, worker: { host: 'box', project: 'demo', profile: 'chat2' } },
    ].map(useName);
    expect(new Set(names).size).toBe(4);
    const later: ModelUse = { ...use, usedAt: LATE };
    expect(useName(later)).toBe(names[0]);
  });

  it.each([
    ['broken', formatUse(use).slice(0, 30)],
    ['of another schema', formatUse(use).replace('v1', 'v2')],
    ['without a valid time', formatUse({ ...use, usedAt: 'yesterday' })],
    ['of another model under its name', formatUse({ ...use, receipt: 'other.json' })],
  ])('is ignored if it is %s', (_, text) => {
    expect(readUse(text, useName(use))).toBeNull();
  });
});

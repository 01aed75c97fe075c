import { describe, expect, it } from 'vitest';
import { keepClaimSizes, quantityBytes } from '../../../src/core/cluster/claim-size.ts';
import { claim, deployment } from '../../helpers/cluster/objects.ts';

function sized(storage: string) {
  return {
    ...claim('models', 'Bound'),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  };
}

describe('keepClaimSizes', () => {
  it.each([
    ['20Gi', '10Gi', '20Gi'],
    ['10Gi', '20Gi', '20Gi'],
    ['10Gi', '10737418240', '10737418240'],
    ['11G', '10Gi', '11G'],
  ])('keeps a claim of %s that an export of %s would shrink, and grows a smaller one', (old, size, kept) => {
    expect(keepClaimSizes([sized(size), deployment('llm')], [sized(old)])).toEqual([
      sized(kept),
      deployment('llm'),
    ]);
  });

  it('changes no new claim', () => {
    expect(keepClaimSizes([sized('10Gi')], [])).toEqual([sized('10Gi')]);
  });
});

it.each([
  ['10Gi', 10 * 2 ** 30],
  ['1.5k', 1500],
  ['2Ki', 2048],
  ['1e3', 1000],
  ['7', 7],
  ['10GB', null],
  ['', null],
])('reads the quantity %s', (text, bytes) => {
  expect(quantityBytes(text)).toBe(bytes);
});

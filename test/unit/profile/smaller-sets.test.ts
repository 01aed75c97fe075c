import { expect, it } from 'vitest';
import { expandSets } from '../../../src/core/profile/model-sets.ts';
import { smallerSets } from '../../../src/core/profile/smaller-sets.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const catalog = shippedCatalog();
const missing = (...names: readonly string[]) =>
  new Map(expandSets(names, catalog.models).map((name) => [name, 1e9]));

it('[req N16] the smaller sets are those whose models were all requested', () => {
  expect(smallerSets(catalog, missing('set:enterprise'))).toEqual([
    { name: 'set:production', missingBytes: 4e9 },
    { name: 'set:starter', missingBytes: 2e9 },
  ]);
  expect(smallerSets(catalog, missing('set:production'))).toEqual([
    { name: 'set:starter', missingBytes: 2e9 },
  ]);
  expect(smallerSets(catalog, missing('set:starter'))).toEqual([]);
  expect(
    smallerSets(
      catalog,
      new Map([
        ['gemma-2-2b-it', 1e9],
        ['llama-2-7b-chat', 1e9],
      ]),
    ),
  ).toEqual([]);
});

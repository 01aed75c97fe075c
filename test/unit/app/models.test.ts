import { describe, expect, it } from 'vitest';
import { chooseModels } from '../../../src/app/models.ts';
import { RmaError } from '../../../src/core/errors.ts';
import type { Box } from '../../../src/ports/box.ts';
import { catalogOf, configOf, pinnedFile, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const catalog = catalogOf({ a: [profileServiceOf()], ocr: [profileServiceOf({ models: ['big'] })] });
const optional = new Map(catalog.models).set('big', { ...catalog.models.get('big')!, optional: true });

/** A box whose hub lacks the repositories named. */
const boxWithout = (...missing: readonly string[]): Box =>
  ({
    signal: new AbortController().signal,
    reporter: { emit: () => undefined },
    files: { read: async () => null },
    catalog: async () => ({ ...catalog, models: optional }),
    sources: [
      {
        source: 'hf',
        resolve: async ({ repo, pattern }: { repo: string; pattern: string }) => {
          if (!missing.includes(repo)) return pinnedFile(`hf:${repo}:${pattern}`);
          throw new RmaError('RMA_HUB_NOT_FOUND', `${repo} does not exist`);
        },
      },
    ],
  }) as unknown as Box;
const all = (over = {}) => ({ config: configOf(), names: ['all'], profiles: [], refresh: false, ...over });

describe('chooseModels', () => {
  it('[req R17] [req R50] `all` is every model of every profile, and --profile narrows it', async () => {
    const { models } = await chooseModels(boxWithout(), all());
    expect(models.map(({ name, profiles }) => [name, profiles])).toEqual([
      ['big', ['ocr']],
      ['small', ['a']],
    ]);
    const narrowed = await chooseModels(boxWithout(), all({ profiles: ['ocr'] }));
    expect(narrowed.models.map(({ name }) => name)).toEqual(['big']);
  });

  it('a model that is not there is told with its profile, and the others go on', async () => {
    const { models, failed } = await chooseModels(boxWithout('org/big'), all());
    expect(models.map(({ name }) => name)).toEqual(['small']);
    expect(failed).toMatchObject([
      { name: 'big', optional: true, error: { message: 'org/big does not exist; profile ocr names it' } },
    ]);
  });

  it('fails when no model is there, with the fault of the only one or the code they agree on', async () => {
    const box = boxWithout('org/big', 'org/small');
    await expect(chooseModels(box, all({ names: ['big'] }))).rejects.toMatchObject({
      code: 'RMA_HUB_NOT_FOUND',
    });
    await expect(chooseModels(box, all())).rejects.toMatchObject({ code: 'RMA_MODELS_FAILED', exitCode: 1 });
  });
});

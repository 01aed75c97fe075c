import { describe, expect, it } from 'vitest';
import { chooseModels } from '../../../src/app/desired/choose-models.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import { catalogOf, configOf, pinnedFile, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { hostOf, invocationOf } from '../../helpers/host/port-builders.ts';
import { sourceOf } from '../../helpers/host/source-of.ts';

const catalog = catalogOf({ a: [profileServiceOf()], ocr: [profileServiceOf({ models: ['big'] })] });
const optional = new Map(catalog.models).set('big', { ...catalog.models.get('big')!, optional: true });

const host = hostOf();

/** Returns an invocation whose hub does not have these repositories. */
const without = (...missing: readonly string[]) =>
  invocationOf({
    catalog: async () => ({ ...catalog, models: optional }),
    sources: [
      sourceOf('hf', async (ref) => {
        const repo = String(ref['repo']);
        if (!missing.includes(repo)) return pinnedFile(formatModelRef(ref));
        throw new RmaError('RMA_HUB_NOT_FOUND', `${repo} does not exist`);
      }),
    ],
  });
const all = (over = {}) => ({ config: configOf(), names: ['all'], profiles: [], refresh: false, ...over });

describe('chooseModels', () => {
  it('[req R17] [req R50] selects every model of every profile with `all`, and those of --profile', async () => {
    const { models } = await chooseModels(host, without(), all());
    expect(models.map(({ name, profiles }) => [name, profiles])).toEqual([
      ['big', ['ocr']],
      ['small', ['a']],
    ]);
    const narrowed = await chooseModels(host, without(), all({ profiles: ['ocr'] }));
    expect(narrowed.models.map(({ name }) => name)).toEqual(['big']);
  });

  it('reports a missing model with its profile and continues with the others', async () => {
    const { models, failed } = await chooseModels(host, without('org/big'), all());
    expect(models.map(({ name }) => name)).toEqual(['small']);
    expect(failed).toMatchObject([
      { name: 'big', optional: true, error: { message: 'org/big does not exist; used by profile ocr' } },
    ]);
  });

  it('fails if all models are missing, with the error of the only one or their common exit code', async () => {
    const hub = without('org/big', 'org/small');
    await expect(chooseModels(host, hub, all({ names: ['big'] }))).rejects.toMatchObject({
      code: 'RMA_HUB_NOT_FOUND',
    });
    await expect(chooseModels(host, hub, all())).rejects.toMatchObject({
      code: 'RMA_MODELS_FAILED',
      exitCode: 1,
    });
  });
});

import { expect, it } from 'vitest';
import { outdatedModels } from '../../../src/app/models/outdated-models.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { formatLockFile } from '../../../src/core/source/lock-file.ts';
import { catalogOf, configOf } from '../../helpers/builders/render-builders.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { engineOf, filesOf, hostOf, imagesOf } from '../../helpers/host/port-builders.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const PINNED = `example/pinned@${digest('4')}`;
const IMAGES = new Map([
  ['example/same:1', digest('1')],
  ['example/newer:1', digest('1')],
  ['example/private:1', digest('1')],
  ['example/gone:1', digest('1')],
  [PINNED, digest('4')],
]);

it('compares locked images with their registries, and with the local ones where a registry does not respond', async () => {
  const lock = formatLockFile({ models: new Map(), missing: new Map(), images: IMAGES });
  const registry: Readonly<Record<string, string>> = {
    'example/same:1': digest('1'),
    'example/newer:1': digest('2'),
  };
  const host = hostOf({
    files: filesOf({ '/srv/demo/rma.lock': lock }),
    engine: engineOf({ images: async () => new Set([`example/private:1@${digest('3')}`]) }),
    images: imagesOf({
      async registryDigest(name) {
        const found = registry[name];
        if (found !== undefined) return found;
        throw new RmaError('RMA_IMAGE_REGISTRY', `the registry of ${name} did not return its digest: denied`);
      },
    }),
  });
  const config = configOf({ directory: '/srv/demo' });
  const entries = await outdatedModels(host, fakeInvocation(catalogOf({})), config);
  expect(entries.map(({ name, state, current, message }) => [name, state, current, message])).toEqual([
    ['example/gone:1', 'unknown', null, 'the registry of example/gone:1 did not return its digest: denied'],
    ['example/newer:1', 'outdated', digest('2'), undefined],
    [PINNED, 'current', digest('4'), undefined],
    [
      'example/private:1',
      'outdated',
      digest('3'),
      'the registry of example/private:1 did not return its digest: denied; compared with the local image',
    ],
    ['example/same:1', 'current', digest('1'), undefined],
  ]);
});

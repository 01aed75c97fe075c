import { describe, expect, it } from 'vitest';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import type { DataFile } from '../../../src/core/profile/data-file.ts';
import { formatCatalog, preparedCatalog } from '../../../src/core/profile/prepared-catalog.ts';
import { shippedFiles } from '../../helpers/builders/shipped-catalog.ts';

const files = shippedFiles();
const { profiles, engines, models, served } = buildCatalog(files);
const built = formatCatalog(files, { profiles, engines, models, served });

describe('the catalog that the build makes', () => {
  it('is the one of its files, wherever they are installed', () => {
    const installed = files.map((file) => ({ ...file, file: `/home/me/${file.file}` }));
    expect(preparedCatalog(installed, built)).toStrictEqual({ profiles, engines, models, served });
  });

  it('is not used for files that have changed, or with files of the user', () => {
    const [first, ...rest] = files as readonly [DataFile, ...DataFile[]];
    const own: DataFile = {
      kind: 'models',
      name: 'models',
      file: 'profiles/models.yaml',
      text: '',
      own: true,
    };
    expect(preparedCatalog([{ ...first, text: `${first.text}\n` }, ...rest], built)).toBeNull();
    expect(preparedCatalog(rest, built)).toBeNull();
    expect(preparedCatalog([...files, own], built)).toBeNull();
  });

  it('is not there before rma is built', () => {
    expect(preparedCatalog(files)).toBeNull();
  });
});

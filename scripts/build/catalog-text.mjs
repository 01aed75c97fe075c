import { dataFiles } from '../../src/adapters/data/read-catalog.ts';
import { buildCatalog } from '../../src/core/profile/build-catalog.ts';
import { formatCatalog } from '../../src/core/profile/prepared-catalog.ts';

export async function catalogText() {
  const files = await dataFiles({ shipped: '.' });
  return formatCatalog(files, buildCatalog(files));
}

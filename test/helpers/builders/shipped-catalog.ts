import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../../src/core/domain/profile.ts';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import type { DataFile } from '../../../src/core/profile/data-file.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Returns the shipped engines, models and profiles, with profiles of the test by name. */
export function shippedCatalog(profiles: Readonly<Record<string, string>> = {}): Catalog {
  const own = Object.entries(profiles).map(
    ([name, text]): DataFile => ({ kind: 'profile', name, file: `profiles/${name}.yaml`, text }),
  );
  return buildCatalog([...shippedFiles(), ...own]);
}

export function shippedFiles(): readonly DataFile[] {
  return [...filesIn('compose/engines'), ...filesIn('profiles')];
}

function filesIn(folder: string): readonly DataFile[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({
      kind: kindOf(folder, name),
      name: name.replace('.yaml', ''),
      file: join(ROOT, folder, name),
      text: readFileSync(join(ROOT, folder, name), 'utf8'),
    }));
}

function kindOf(folder: string, name: string): DataFile['kind'] {
  if (folder === 'compose/engines') return 'engine';
  return name === 'models.yaml' ? 'models' : 'profile';
}

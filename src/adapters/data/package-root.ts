import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the directory of rma's own package (with `profiles/`, `compose/` and `dist/`): the nearest parent of the given module. */
export function packageRoot(moduleUrl: string): string {
  let folder = dirname(fileURLToPath(moduleUrl));
  while (!existsSync(join(folder, 'compose')) || !existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no parent directory of ${moduleUrl} contains the files of rma`);
    folder = parent;
  }
  return folder;
}

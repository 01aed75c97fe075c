import { FileBundles } from '../../adapters/store/bundle/file-bundles.ts';
import { storePaths } from '../../core/source/store-paths.ts';
import type { Bundles } from '../../ports/bundles.ts';
import type { ProcessIo } from '../process-io.ts';

/** Opens what exports bundles of the store in a directory, and imports them; streams are those of the process. */
export function openBundles(folder: string, { stdin, stdout }: Pick<ProcessIo, 'stdin' | 'stdout'>): Bundles {
  return new FileBundles({ paths: storePaths(folder, {}), stdin, stdout });
}

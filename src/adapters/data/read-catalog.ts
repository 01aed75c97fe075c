import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withServiceSettings } from '../../core/config/apply-service-settings.ts';
import type { OwnData } from '../../core/domain/config.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { buildCatalog } from '../../core/profile/build-catalog.ts';
import type { DataFile } from '../../core/profile/data-file.ts';
import { shell } from '../../core/shell-quote.ts';
import { readPlain, readProblem } from '../files/read-plain.ts';
import { withBuiltImages } from './built-images.ts';

export interface DataDirectories {
  /** directory with rma's own `profiles/` and `compose/engines/` */
  readonly shipped: string;
  /** the user's own directories (default none) */
  readonly own?: OwnData;
  /** one more file of the user, which overrides all others; null for none */
  readonly extra?: string | null;
}

/**
 * Returns the profiles, engines and models that rma ships, overridden by the user's own ones and the settings of services.
 * @throws RmaError RMA_DATA_INVALID, RMA_DATA_UNREADABLE, RMA_CONFIG_INVALID, RMA_ENGINE_BUILD exit 2
 */
export async function readCatalog(folders: DataDirectories): Promise<Catalog> {
  const catalog = await withBuiltImages(buildCatalog(await dataFiles(folders)));
  return withServiceSettings(catalog, folders.own?.services ?? {});
}

/** Returns the files of all these directories. @throws RmaError as readCatalog */
export async function dataFiles({
  shipped,
  own,
  extra = null,
}: DataDirectories): Promise<readonly DataFile[]> {
  const folders = await Promise.all([
    readDirectory(join(shipped, 'compose/engines'), 'engine'),
    readDirectory(join(shipped, 'profiles'), 'profile'),
    ownFiles(own?.enginesDir ?? null, 'engine'),
    ownFiles(own?.profilesDir ?? null, 'profile'),
    extra === null ? [] : [await readExtra(extra)],
  ]);
  return folders.flat();
}

async function ownFiles(folder: string | null, kind: 'engine' | 'profile'): Promise<DataFile[]> {
  const files = folder === null ? [] : await readDirectory(folder, kind);
  return files.map((file) => ({ ...file, own: true }));
}

/** Reads one extra file. Its name and content decide what it is: only engines have an image, or build one. */
async function readExtra(file: string): Promise<DataFile> {
  const text = await readable(file, async () => (await readPlain(file)).toString('utf8'));
  const name = basename(file).replace(/\.ya?ml$/, '');
  if (name === 'models') return { kind: 'models', name, file, text, own: true };
  return { kind: /^(image|build):/m.test(text) ? 'engine' : 'profile', name, file, text, own: true };
}

async function readDirectory(folder: string, kind: 'engine' | 'profile'): Promise<DataFile[]> {
  const names = (await readable(folder, () => readdir(folder)))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  const files = names.map(async (fileName): Promise<DataFile> => {
    const file = join(folder, fileName);
    const name = fileName.replace(/\.ya?ml$/, '');
    const text = await readable(file, async () => (await readPlain(file)).toString('utf8'));
    return { kind: kind === 'profile' && name === 'models' ? 'models' : kind, name, file, text };
  });
  const read = await Promise.all(files);
  refuseTwins(read);
  return read;
}

/** Rejects `a.yaml` beside `a.yml`: which one to use is ambiguous. */
function refuseTwins(files: readonly DataFile[]): void {
  const twin = files.find(({ name }, index) => files.findIndex((other) => other.name === name) !== index);
  if (twin === undefined) return;
  const first = files.find(({ name }) => name === twin.name);
  throw new RmaError('RMA_DATA_INVALID', `${first?.file} and ${twin.file} have the same name`, {
    exitCode: EXIT.usage,
    hint: 'remove one of the two',
  });
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const problem = readProblem(error);
    throw new RmaError('RMA_DATA_UNREADABLE', `cannot read ${path} (${problem})`, {
      exitCode: EXIT.usage,
      hint: hintOf(problem, path),
      cause: error,
    });
  }
}

function hintOf(code: string, path: string): string {
  if (!code.startsWith('E')) return shell`check its type: ls -l ${path}`;
  if (code === 'ENOENT') return shell`check the path: ls -l ${path}`;
  if (code === 'EISDIR') return shell`it is a directory; pass a file: ls ${path}`;
  return `make ${path} readable for this user`;
}

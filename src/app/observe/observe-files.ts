import type { RmaConfig } from '../../core/domain/config.ts';
import type { FileFacts } from '../../core/domain/file-facts.ts';
import type { FileSnapshot } from '../../core/domain/snapshot.ts';
import { sha256Hex } from '../../core/hash.ts';
import type { FileStore } from '../../ports/file-store.ts';
import type { Host } from '../../ports/host.ts';
import { projectFiles } from './project-files.ts';

/** Returns the generated files, the secrets and the mounted directories of a project. @throws RmaError RMA_FILE_UNREADABLE (3) */
export async function observeFiles(host: Pick<Host, 'files'>, config: RmaConfig): Promise<FileSnapshot> {
  const { files } = host;
  const { compose, resolved, state, secrets } = projectFiles(config);
  const [composeText, others, copies, directories] = await Promise.all([
    files.read(compose),
    valuesOf([resolved, state], async (path) => hashOf(files, path)),
    observeSecrets(files, secrets),
    observeDirectories(host, config),
  ]);
  const hashes = composeText === null ? others : new Map([[compose, sha256Hex(composeText)], ...others]);
  return { files: hashes, composeText, directories, ...copies };
}

/** Returns the directories of the host that are mounted as store or cache, by path. Missing ones are left out. */
export async function observeDirectories(
  { files }: Pick<Host, 'files'>,
  { volumes }: RmaConfig,
): Promise<FileSnapshot['directories']> {
  const paths = Object.values(volumes).flatMap((volume) => (volume.type === 'host' ? [volume.path] : []));
  return valuesOf(paths, async (path) => files.facts(path));
}

async function observeSecrets(
  files: FileStore,
  directory: string,
): Promise<Pick<FileSnapshot, 'secrets' | 'secretsWrittenAt'>> {
  const names = await files.list(directory);
  const [secrets, facts] = await Promise.all([
    valuesOf(names, async (name) => hashOf(files, `${directory}/${name}`)),
    valuesOf(names, async (name) => files.facts(`${directory}/${name}`)),
  ]);
  const written = [...facts].map(
    ([name, { modifiedMs }]: [string, FileFacts]) => [name, modifiedMs] as const,
  );
  return { secrets, secretsWrittenAt: new Map(written) };
}

async function hashOf(files: FileStore, path: string): Promise<string | null> {
  const text = await files.read(path);
  return text === null ? null : sha256Hex(text);
}

/** Returns the values that are not null, by key. */
async function valuesOf<T>(
  keys: readonly string[],
  look: (key: string) => Promise<T | null>,
): Promise<ReadonlyMap<string, T>> {
  const values = await Promise.all(keys.map(look));
  return new Map(
    keys.flatMap((key, at): (readonly [string, T])[] => {
      const value = values[at] ?? null;
      return value === null ? [] : [[key, value]];
    }),
  );
}

import type { CreateDirectory, RemoveSecrets, WriteFile, WriteSecret } from '../../core/plan/operation.ts';
import { writeSecret } from '../desired/secrets.ts';
import type { Execution } from './execution.ts';
import { createHostDirectory } from './host-directory.ts';

const PUBLIC_FILE = 0o644;

/** Writes a generated file. @throws RmaError RMA_FILE_UNWRITABLE (3) */
export async function writeFile({ host, payload }: Execution, { path }: WriteFile): Promise<void> {
  await host.files.write(path, contentOf(payload.files, path), PUBLIC_FILE);
}

/** Writes the copy of a secret. @throws RmaError RMA_FILE_UNWRITABLE (3) */
export async function writeSecretFile({ host, payload }: Execution, { name }: WriteSecret): Promise<void> {
  await writeSecret(host, payload.config, { name, value: contentOf(payload.secrets, name) });
}

/** Removes the directory with the copies of the secrets. */
export async function removeSecrets({ host }: Execution, { path }: RemoveSecrets): Promise<void> {
  await host.files.remove(path);
}

/** Creates a directory for the store or the cache. @throws RmaError RMA_FILE_UNWRITABLE, RMA_STORE_* (3) */
export async function createDirectory(
  { host, payload }: Execution,
  { holds, path }: CreateDirectory,
): Promise<void> {
  if (payload.owner === null) throw new Error(`no owner for ${path}`);
  await createHostDirectory(host, { holds, path, owner: payload.owner });
}

function contentOf(contents: ReadonlyMap<string, string>, key: string): string {
  const content = contents.get(key);
  if (content === undefined) throw new Error(`the plan writes ${key} without content`);
  return content;
}

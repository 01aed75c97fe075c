import { extname } from 'node:path';
import { MANIFEST_NAME } from '../../../../core/bundle/bundle-manifest.ts';
import { EXIT, RmaError } from '../../../../core/errors.ts';
import { shell } from '../../../../core/shell-quote.ts';
import type { Host } from '../../../../ports/host.ts';

/** Names in the root of a bundle that was interrupted before its manifest, and of an empty file system. */
const HARMLESS: readonly string[] = ['contents', 'lost+found', 'System Volume Information'];

/**
 * Refuses a directory that is neither a bundle nor empty: an export would mix its files with others.
 * @throws RmaError RMA_USAGE_INVALID (2), RMA_FILE_UNREADABLE (3)
 */
export async function assertDirectory(
  { files }: Pick<Host, 'files'>,
  path: string,
  store: string | null,
): Promise<void> {
  const names = await files.list(path);
  if (path === store || names.includes('.rma')) throw refused(path, 'is a store, not a bundle');
  const others = names.filter((name) => !name.startsWith('.') && !HARMLESS.includes(name));
  if (others.length === 0) return;
  const manifest = names.includes(MANIFEST_NAME) ? await files.read(`${path}/${MANIFEST_NAME}`) : null;
  if (manifest?.includes('"rma.bundle/v') !== true)
    throw refused(path, `has other files, such as ${others[0]}`);
}

/** Refuses a path in a store, whose files are those of its models. @throws RmaError RMA_USAGE_INVALID (2) */
export function assertOutside(path: string, store: string | null): void {
  if (store === null || !path.startsWith(`${store}/`)) return;
  throw new RmaError('RMA_USAGE_INVALID', `${path} is in the store ${store}`, {
    exitCode: EXIT.usage,
    hint: shell`export to a path outside of it, such as ${`${store}-bundle${extname(path)}`}`,
  });
}

function refused(path: string, fault: string): RmaError {
  return new RmaError('RMA_USAGE_INVALID', `${path} ${fault}`, {
    exitCode: EXIT.usage,
    hint: shell`export to a new or empty directory, such as ${`${path}-bundle`}`,
  });
}

import { EXIT, RmaError } from '../../core/errors.ts';
import { GENERATED } from '../../core/kubernetes/write-manifests.ts';
import type { Host } from '../../ports/host.ts';

/**
 * Writes the files of an export to a directory and removes those that an earlier export left there.
 * @throws RmaError RMA_EXPORT_DIRECTORY (2) if the directory has other files; then nothing is changed
 */
export async function writeExport(
  { files }: { readonly files: Pick<Host['files'], 'list' | 'facts' | 'read' | 'write' | 'remove'> },
  directory: string,
  texts: ReadonlyMap<string, string>,
): Promise<void> {
  const existing = await files.list(directory);
  for (const name of existing) {
    if (await isGenerated(files, `${directory}/${name}`)) continue;
    throw new RmaError('RMA_EXPORT_DIRECTORY', `${directory}/${name} is not part of an earlier export`, {
      exitCode: EXIT.usage,
      hint: 'use an empty directory: --output DIR',
    });
  }
  for (const [name, text] of texts) await files.write(`${directory}/${name}`, text, 0o644);
  for (const name of existing) if (!texts.has(name)) await files.remove(`${directory}/${name}`);
}

async function isGenerated(files: Pick<Host['files'], 'facts' | 'read'>, path: string): Promise<boolean> {
  if ((await files.facts(path))?.kind !== 'file') return false;
  return GENERATED.test((await files.read(path)) ?? '');
}

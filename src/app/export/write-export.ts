import { EXIT, RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';

interface ExportFiles {
  /** absolute path */
  readonly directory: string;
  /** by name */
  readonly texts: ReadonlyMap<string, string>;
  /** whether a file is part of an earlier export */
  readonly isOwn: (name: string, content: string) => boolean;
}

type Files = Pick<Host['files'], 'list' | 'facts' | 'read' | 'write' | 'remove'>;

/**
 * Writes the files of an export to a directory and removes those that an earlier export left there.
 * @throws RmaError RMA_EXPORT_DIRECTORY (2) if the directory has other files; then nothing is changed
 */
export async function writeExport(
  { files }: { readonly files: Files },
  { directory, texts, isOwn }: ExportFiles,
): Promise<void> {
  const existing = await files.list(directory);
  for (const name of existing) {
    const content = await fileContent(files, `${directory}/${name}`);
    if (content !== null && isOwn(name, content)) continue;
    throw new RmaError('RMA_EXPORT_DIRECTORY', `${directory}/${name} is not part of an earlier export`, {
      exitCode: EXIT.usage,
      hint: 'use an empty directory: --output DIR',
    });
  }
  for (const [name, text] of texts) await files.write(`${directory}/${name}`, text, 0o644);
  for (const name of existing) if (!texts.has(name)) await files.remove(`${directory}/${name}`);
}

/** Returns null for what is not a regular file. */
async function fileContent(files: Pick<Files, 'facts' | 'read'>, path: string): Promise<string | null> {
  return (await files.facts(path))?.kind === 'file' ? files.read(path) : null;
}

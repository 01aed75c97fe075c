import { join, resolve } from 'node:path';
import { SOURCES } from '../../core/source/sources.ts';
import type { Context } from '../context/context.ts';

/** What a store may contain. */
const DIRECTORIES = ['.rma', ...SOURCES.map(({ store }) => store.directory)];

/** Reports a directory of `--dest` that has nothing of a store as a warning: it may be a typo. */
export async function warnNoStore({ reporter, cwd, host }: Context, dest: string | null): Promise<void> {
  if (dest === null) return;
  const directory = resolve(cwd, dest);
  const { files } = await host();
  const found = await Promise.all(DIRECTORIES.map((name) => files.facts(join(directory, name))));
  if (found.some((facts) => facts !== null)) return;
  reporter.emit({
    type: 'warning',
    code: 'RMA_STORE_NOT_FOUND',
    text: `${directory} is not a store: it contains none of its directories`,
    hint: 'pass the directory of an existing store to --dest; to create one: rma models pull MODEL',
  });
}

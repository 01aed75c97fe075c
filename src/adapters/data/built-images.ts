import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Catalog, Engine } from '../../core/domain/profile.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { engineImageTag } from '../../core/image-tag.ts';
import { shell } from '../../core/shell-quote.ts';
import { readProblem } from '../files/read-plain.ts';

/**
 * Returns the catalog with the tags of the images that engines build. A tag contains a hash of all files in the directory, so
 * that a change of one builds another image.
 * @throws RmaError RMA_ENGINE_BUILD exit 2 for a directory without a Dockerfile, or with unreadable files
 */
export async function withBuiltImages(catalog: Catalog): Promise<Catalog> {
  if (![...catalog.engines.values()].some(({ buildContext }) => buildContext !== undefined)) return catalog;
  const engines = [...catalog.engines].map(async ([name, engine]) => {
    return [name, await withImage(engine, catalog.engineOrigins.get(name)?.file ?? '')] as const;
  });
  return { ...catalog, engines: new Map(await Promise.all(engines)) };
}

/** The directory is relative to that of rma.yaml, which contains `engines/`. */
async function withImage(engine: Engine, file: string): Promise<Engine> {
  if (engine.buildContext === undefined) return engine;
  const buildContext = resolve(dirname(dirname(file)), engine.buildContext);
  const image = engineImageTag(engine.name, await hashOf(buildContext, file));
  return { ...engine, image, buildContext };
}

async function hashOf(context: string, file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await lstat(join(context, 'Dockerfile'));
    for (const path of await pathsIn(context)) await addEntry(hash, context, path);
  } catch (error) {
    const { path = context } = error as NodeJS.ErrnoException;
    throw new RmaError('RMA_ENGINE_BUILD', `${file}: build: cannot read ${path} (${readProblem(error)})`, {
      exitCode: EXIT.usage,
      hint: shell`"build" names a directory with a Dockerfile, relative to rma.yaml; check it: ls -l ${context}`,
      cause: error,
    });
  }
  return hash.digest('hex');
}

/** Returns the files and links below a directory, sorted; the history of Git is no part of an image. */
async function pathsIn(context: string): Promise<readonly string[]> {
  const entries = await readdir(context, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(context.length + 1))
    .filter((path) => !path.split('/').includes('.git'))
    .sort();
}

async function addEntry(hash: ReturnType<typeof createHash>, context: string, path: string): Promise<void> {
  const place = join(context, path);
  const facts = await lstat(place);
  hash.update(JSON.stringify([path, facts.mode & 0o777, facts.isSymbolicLink(), facts.size]));
  if (facts.isSymbolicLink()) hash.update(await readlink(place));
  if (facts.isFile()) for await (const chunk of createReadStream(place)) hash.update(chunk as Buffer);
}

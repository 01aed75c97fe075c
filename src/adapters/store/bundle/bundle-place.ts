import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { truncatedBundle } from '../../../core/bundle/bundle-manifest.ts';
import { partName, splitName } from '../../../core/bundle/part-name.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { realDisk, unless } from '../disk/disk.ts';
import { realpathOrNull } from '../disk/store-guard.ts';
import { isThere } from './unpack-bundle.ts';

/** Returns the bytes of a tar file, or of all its parts. @throws RmaError RMA_BUNDLE_NOT_FOUND (2), RMA_BUNDLE_INCOMPLETE (6) */
export async function tarOf(path: string): Promise<Readable> {
  const isWhole = await isFile(path);
  const name = isWhole ? splitName(path) : path;
  const parts = name === null ? [] : await partsOf(name);
  if (name !== null && parts.length > 0) return Readable.from(joined(parts));
  if (isWhole) return bytesOf(path);
  throw new RmaError('RMA_BUNDLE_NOT_FOUND', `no bundle at ${path}`, {
    exitCode: EXIT.usage,
    hint: 'pass the directory or the tar file that rma models bundle export wrote',
  });
}

/** Returns the paths of the parts of a bundle, in their order. @throws RmaError RMA_BUNDLE_INCOMPLETE (6) if one is missing */
async function partsOf(path: string): Promise<readonly string[]> {
  const names = (await unless(['ENOENT', 'ENOTDIR'], realDisk.readdir(dirname(path)))) ?? [];
  const numbers = names
    .filter((name) => splitName(name) === basename(path))
    .map((name) => Number(name.slice(-3)));
  const parts = numbers.map((_, at) => partName(path, at + 1));
  const missing = parts.find((_, at) => !numbers.includes(at + 1));
  if (missing !== undefined) throw truncatedBundle(path, `its part ${missing} is missing`);
  return parts;
}

async function* joined(parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) for await (const chunk of await bytesOf(part)) yield chunk as Uint8Array;
}

/** Returns the bytes of a file, which may be a link: bundles are outside of the store. */
async function bytesOf(path: string): Promise<Readable> {
  const handle = await realDisk.open(realpathOrNull(path) ?? path, 'r');
  return handle.createReadStream();
}

/** Returns whether a bundle is a directory. */
export async function isDirectory(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() === true;
}

/** Returns whether a bundle in a directory has a file of this size. */
export async function isInDirectory(directory: string, name: string, bytes: number): Promise<boolean> {
  return isThere(realDisk, join(directory, name), bytes);
}

async function isFile(path: string): Promise<boolean> {
  return (await statOf(path))?.isFile() === true;
}

function statOf(path: string) {
  return unless(['ENOENT'], realDisk.stat(path));
}

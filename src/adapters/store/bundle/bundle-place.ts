import { join } from 'node:path';
import { Readable } from 'node:stream';
import { partName, splitName } from '../../../core/bundle/part-name.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { realDisk, unless } from '../disk/disk.ts';
import { realpathOrNull } from '../disk/store-guard.ts';
import { isThere } from './unpack-bundle.ts';

/** Returns the bytes of a tar file, or of all its parts. @throws RmaError RMA_BUNDLE_NOT_FOUND (2) */
export async function tarOf(path: string): Promise<Readable> {
  if (splitName(path) === null && (await isFile(path))) return bytesOf(path);
  const name = splitName(path) ?? path;
  if (await isFile(partName(name, 1))) return Readable.from(partsOf(name));
  throw new RmaError('RMA_BUNDLE_NOT_FOUND', `there is no bundle at ${path}`, {
    exitCode: EXIT.usage,
    hint: 'pass the directory or the tar file that rma models bundle export wrote',
  });
}

async function* partsOf(name: string): AsyncGenerator<Uint8Array> {
  for (let part = 1; await isFile(partName(name, part)); part += 1)
    for await (const chunk of await bytesOf(partName(name, part))) yield chunk as Uint8Array;
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

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { RMA_VERSION } from '../../../core/version.ts';
import type { ExtraFile } from '../../../ports/bundles.ts';
import type { Disk } from '../disk/disk.ts';
import { type FileEntry, writeEntries } from './tar-writer.ts';

/** What `files` of package.json lists, and package.json itself. */
const PARTS = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'compose', 'dist', 'profiles'];

/**
 * Returns an installation of rma as the package that `npm pack` makes of it: it has no dependencies, so that `npm install`
 * needs no registry, and it runs unpacked too. The same installation gives the same bytes.
 */
export async function ownPackage(disk: Disk, root: string): Promise<ExtraFile> {
  const paths = await filesBelow(disk, root, PARTS);
  async function* entries(): AsyncGenerator<FileEntry> {
    for (const path of paths) {
      const { size } = await disk.stat(join(root, path));
      yield { name: `package/${path}`, bytes: size, data: bytesOf(disk, join(root, path)) };
    }
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeEntries(pack(), entries())) chunks.push(chunk);
  return { path: `rma-${RMA_VERSION}.tgz`, content: gzipSync(Buffer.concat(chunks)) };
}

async function filesBelow(disk: Disk, root: string, names: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of [...names].sort()) {
    const stats = await disk.stat(join(root, name)).catch(() => null);
    if (stats?.isFile() === true) found.push(name);
    if (stats?.isDirectory() !== true) continue;
    const below = await disk.readdir(join(root, name));
    found.push(
      ...(await filesBelow(
        disk,
        root,
        below.map((each) => `${name}/${each}`),
      )),
    );
  }
  return found;
}

async function* bytesOf(disk: Disk, path: string): AsyncGenerator<Uint8Array> {
  const handle = await disk.open(path, 'r');
  try {
    yield await handle.readFile();
  } finally {
    await handle.close();
  }
}

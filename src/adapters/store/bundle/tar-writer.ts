import type { Pack } from 'tar-stream';

/** A file to write. Its data is read once or not at all. */
export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
  readonly data: AsyncIterable<Uint8Array>;
}

/** A file, or a symbolic link. */
export type BundleEntry = FileEntry | { readonly name: string; readonly link: string };

/** Equal entries give equal bytes. */
const EPOCH = new Date(0);

/** Yields the bytes of a tar file with these entries. A fault of the data is thrown as it is. */
export async function* writeEntries(
  tar: Pack,
  entries: AsyncIterable<BundleEntry>,
): AsyncGenerator<Uint8Array> {
  let fault: { readonly error: unknown } | null = null;
  const filled = fill(tar, entries).catch((error: unknown) => {
    fault = { error };
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of tar) yield chunk as Uint8Array;
  } catch (error) {
    throw fault === null ? error : (fault as { readonly error: unknown }).error;
  } finally {
    // the reader stopped early
    tar.destroy();
    await filled;
  }
  if (fault !== null) throw (fault as { readonly error: unknown }).error;
}

async function fill(tar: Pack, entries: AsyncIterable<BundleEntry>): Promise<void> {
  for await (const each of entries) {
    if ('link' in each) {
      tar.entry({ name: each.name, type: 'symlink', linkname: each.link, mtime: EPOCH });
      continue;
    }
    const entry = tar.entry({ name: each.name, size: each.bytes, mtime: EPOCH });
    // its fault is that of the pack
    entry.on('error', () => undefined);
    const closed = new Promise<void>((go) => entry.once('close', () => go()));
    for await (const chunk of each.data) {
      if (tar.destroyed) return;
      if (!entry.write(chunk)) await Promise.race([drained(entry), closed]);
    }
    entry.end(null);
    await closed;
    if (tar.destroyed) return;
  }
  tar.finalize();
}

function drained(entry: ReturnType<Pack['entry']>): Promise<void> {
  return new Promise((go) => entry.once('drain', () => go()));
}

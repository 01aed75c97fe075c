import type { Writable } from 'node:stream';
import type { BundleTarget, BundleWork } from '../../../ports/bundles.ts';
import type { Disk } from '../disk/disk.ts';
import { fileSink, streamSink } from './tar-sinks.ts';
import { type BundleParts, writeDirectory, writeTar } from './write-bundle.ts';

/** Writes a bundle to a directory, a tar file or a stream. Returns the bytes that were written. */
export async function writeTarget(
  disk: Disk,
  parts: BundleParts,
  {
    target,
    stdout,
    onTotal,
    ...work
  }: BundleWork & { readonly target: BundleTarget; readonly stdout: Writable },
): Promise<number> {
  onTotal(parts.totalBytes);
  if (target.kind === 'directory') return writeDirectory(disk, parts, { ...work, path: target.path });
  if (target.kind === 'stdout') return writeTar(parts, { ...work, sink: streamSink(stdout) });
  const sink = await fileSink(disk, target);
  try {
    const written = await writeTar(parts, { ...work, sink });
    await sink.finish();
    return written;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

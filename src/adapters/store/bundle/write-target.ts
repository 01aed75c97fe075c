import type { Writable } from 'node:stream';
import { formatManifest } from '../../../core/bundle/bundle-manifest.ts';
import { MAX_PARTS } from '../../../core/bundle/part-name.ts';
import type { BundleManifest } from '../../../core/domain/bundle.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { BundleTarget, BundleWork } from '../../../ports/bundles.ts';
import type { Disk } from '../disk/disk.ts';
import { fileSink, streamSink } from './tar-sinks.ts';
import { expectedEntries } from './unpack-bundle.ts';
import { type BundleParts, writeDirectory, writeTar } from './write-bundle.ts';

/**
 * Writes a bundle to a directory, a tar file or a stream. Returns the bytes that were written.
 * @throws RmaError RMA_USAGE_INVALID (2) for too many parts
 */
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
  if (target.splitBytes !== null) assertParts(tarBytes(parts.manifest), target.splitBytes);
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

/** Blocks of a tar file, bytes. */
const BLOCK = 512;

/** Returns the size of the tar file of a bundle, bytes. An entry of 8 GiB or more has a second header, of two blocks. */
function tarBytes(manifest: BundleManifest): number {
  const sizes = [Buffer.byteLength(formatManifest(manifest)), ...expectedEntries(manifest).values()];
  const header = (bytes: number) => (bytes < 8 * 2 ** 30 ? BLOCK : 3 * BLOCK);
  return sizes.reduce((sum, bytes) => sum + header(bytes) + Math.ceil(bytes / BLOCK) * BLOCK, 2 * BLOCK);
}

function assertParts(bytes: number, splitBytes: number): void {
  const parts = Math.ceil(bytes / splitBytes);
  if (parts <= MAX_PARTS) return;
  const least = Math.ceil(bytes / MAX_PARTS / 1_000_000);
  throw new RmaError(
    'RMA_USAGE_INVALID',
    `the bundle would have ${parts} parts, at most ${MAX_PARTS} are possible`,
    {
      exitCode: EXIT.usage,
      hint: `write larger parts: --split ${least}MB`,
    },
  );
}

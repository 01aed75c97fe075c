import { EXIT, RmaError } from '../../core/errors.ts';
import { fits, noRoomText } from '../../core/store/room.ts';
import type { LaterSpace } from '../../ports/bundles.ts';
import type { Host } from '../../ports/host.ts';
import { requireDocker } from '../observe/require-docker.ts';

/**
 * Returns the space that an engine needs to load images, and where; null if nothing is loaded, or the engine is on another
 * machine. @throws RmaError RMA_STORE_NO_ROOM (5) if they do not fit there
 */
export async function imageSpace(
  host: Pick<Host, 'engine' | 'docker' | 'files'>,
  bytes: number,
): Promise<LaterSpace | null> {
  if (bytes === 0) return null;
  const { rootDir } = await requireDocker(host);
  if ((await host.files.facts(rootDir)) === null) return null;
  const free = await host.files.freeBytes(rootDir);
  if (free !== null && !fits(bytes, free)) {
    throw new RmaError('RMA_STORE_NO_ROOM', noRoomText(bytes, free, 'images'), {
      exitCode: EXIT.doesNotFit,
      hint: `free disk space at ${rootDir}, where the Docker Engine stores images`,
    });
  }
  return { path: rootDir, bytes };
}

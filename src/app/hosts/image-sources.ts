import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { ImageArchives } from '../../ports/image-archives.ts';
import type { ImagePushes } from '../execute/execution.ts';

/** From where else images are pushed to the hosts that lack them, and how. */
export interface PushSettings {
  /** this machine; null: it is a host of the project */
  readonly here: Pick<Host, 'engine' | 'images'> | null;
  readonly archives: ImageArchives;
}

/** The machines that images can be pushed from, by name. */
export interface ImageSources {
  readonly hosts: ReadonlyMap<string, Pick<Host, 'images'>>;
  /** their images, in the form of `imageKey` */
  readonly images: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Name of this machine in plans where it is no host of the project. */
const HERE = 'this machine';

interface ObservedHost {
  readonly host: Pick<Host, 'name' | 'images'>;
  readonly snapshot: { readonly images: ReadonlySet<string> };
}

/** Returns the hosts that answered, and last this machine if it has a Docker Engine. */
export async function imageSources(
  reached: readonly ObservedHost[],
  { here }: PushSettings,
): Promise<ImageSources> {
  const hosts = new Map<string, Pick<Host, 'images'>>(reached.map(({ host }) => [host.name, host]));
  const images = new Map(reached.map(({ host, snapshot }) => [host.name, snapshot.images]));
  const own = here === null ? null : await imagesHere(here);
  if (here !== null && own !== null) {
    hosts.set(HERE, here);
    images.set(HERE, own);
  }
  return { hosts, images };
}

/** Returns what the operations of a plan push images with; undefined if it pushes none. The layers are on this machine for a while. */
export function imagePushes(
  sources: ImageSources | null,
  { push, config }: { readonly push: PushSettings | null; readonly config: Pick<RmaConfig, 'stateDir'> },
): ImagePushes | undefined {
  if (push === null || sources === null) return undefined;
  return { hosts: sources.hosts, archives: push.archives, spool: `${config.stateDir}/images` };
}

/** Returns null without a Docker Engine on this machine. */
async function imagesHere({ engine }: Pick<Host, 'engine'>): Promise<ReadonlySet<string> | null> {
  try {
    return await engine.images();
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}

import { volumeOf } from '../../core/docker/volume-of.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { observeDirectories } from './observe-files.ts';
import { storeOwner } from './project-files.ts';
import type { StoreAccess } from './store-container.ts';

/** Returns how a container reaches the project's store. */
export async function storeAccess(
  host: Pick<Host, 'files' | 'caller'>,
  { workerImage }: Pick<Invocation, 'workerImage'>,
  config: RmaConfig,
): Promise<StoreAccess> {
  return {
    image: await workerImage.tag(config.images.workerBase),
    volume: volumeOf(config, 'store'),
    owner: storeOwner(config, await observeDirectories(host, config), host.caller),
    project: config.project,
  };
}

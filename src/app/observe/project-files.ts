import type { Owner, RmaConfig } from '../../core/domain/config.ts';
import type { Host } from '../../ports/host.ts';

const DEFAULT_OWNER: Owner = { uid: 1000, gid: 1000 };

/**
 * The user of the whole store: as configured; else 1000:1000 for a named volume, and for a host folder its owner, or the
 * caller's when it is not there yet, 1000:1000 standing in for root.
 */
export async function storeOwner(host: Pick<Host, 'files' | 'caller'>, config: RmaConfig): Promise<Owner> {
  if (config.owner !== null) return config.owner;
  if (config.volumes.store.type !== 'host') return DEFAULT_OWNER;
  const folder = await host.files.facts(config.volumes.store.path);
  const owner = folder ?? host.caller;
  return owner.uid === 0 ? DEFAULT_OWNER : { uid: owner.uid, gid: owner.gid };
}

/** Paths of the generated files of a project. */
export function projectFiles(config: RmaConfig): {
  readonly compose: string;
  readonly resolved: string;
  readonly secrets: string;
} {
  const dir = config.stateDir;
  return { compose: `${dir}/compose.yaml`, resolved: `${dir}/resolved.json`, secrets: `${dir}/secrets` };
}

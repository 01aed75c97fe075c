import type { Owner, RmaConfig } from '../../core/domain/config.ts';
import type { FileFacts } from '../../core/domain/file-facts.ts';

const DEFAULT_OWNER: Owner = { uid: 1000, gid: 1000 };

/**
 * Returns the user of the whole store: the configured one; else 1000:1000 for a volume, and for a host directory its owner,
 * or the caller if it does not exist yet, with 1000:1000 instead of root.
 */
export function storeOwner(
  { owner, volumes }: Pick<RmaConfig, 'owner' | 'volumes'>,
  directories: ReadonlyMap<string, FileFacts>,
  caller: Owner,
): Owner {
  if (owner !== null) return owner;
  if (volumes.store.type !== 'host') return DEFAULT_OWNER;
  const { uid, gid } = directories.get(volumes.store.path) ?? caller;
  return uid === 0 ? DEFAULT_OWNER : { uid, gid };
}

/** Returns the paths of the generated files of a project, and of the directories of its secrets and its history. */
export function projectFiles({ stateDir }: Pick<RmaConfig, 'stateDir'>): {
  readonly compose: string;
  readonly resolved: string;
  readonly state: string;
  readonly secrets: string;
  readonly history: string;
} {
  return {
    compose: `${stateDir}/compose.yaml`,
    resolved: `${stateDir}/resolved.json`,
    state: `${stateDir}/state.json`,
    secrets: `${stateDir}/secrets`,
    history: `${stateDir}/history`,
  };
}

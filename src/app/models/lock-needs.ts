import type { RmaConfig } from '../../core/domain/config.ts';
import type { StoreNeeds } from '../../core/domain/fetch-request.ts';
import type { Host } from '../../ports/host.ts';
import { requireLockFile } from '../desired/lock-file.ts';

/** Instead of a profile, whose names have no dot. */
const LOCK_NEEDS = 'rma.lock';

/**
 * Returns what the store records for a frozen download, so that no prune removes a locked model before its worker runs; null
 * if the command is not frozen.
 * @throws RmaError as requireLockFile
 */
export async function lockNeeds(
  host: Pick<Host, 'name' | 'files' | 'localFiles'>,
  config: RmaConfig,
): Promise<StoreNeeds | null> {
  if (!config.frozen) return null;
  const { models } = await requireLockFile(host, config);
  const commits = [...models.values()].flatMap(({ ref, commit }) =>
    typeof commit === 'string' ? [[ref, commit] as const] : [],
  );
  return {
    host: host.name,
    project: config.project,
    profile: LOCK_NEEDS,
    refs: [...models.values()].map(({ ref }) => ref),
    commits: Object.fromEntries(commits),
  };
}

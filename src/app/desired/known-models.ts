import type { RmaConfig } from '../../core/domain/config.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { NOTHING_RESOLVED, type ResolvedModels } from '../../core/domain/resolved-models.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { type SourceLists, sourceLists, withSources } from '../../core/profile/model-sources.ts';
import { modelVersion } from '../../core/source/describe-model.ts';
import { type LockFile, samePin } from '../../core/source/lock-file.ts';
import { parseResolved } from '../../core/source/resolved-file.ts';
import type { Host } from '../../ports/host.ts';
import { projectFiles } from '../observe/project-files.ts';
import { requireLockFile } from './lock-file.ts';

export interface KnownRequest {
  readonly config: Pick<RmaConfig, 'stateDir' | 'directory' | 'frozen'>;
  readonly catalog: Pick<Catalog, 'models'>;
  /** what earlier commands resolved does not count */
  readonly refresh: boolean;
}

/**
 * Returns what is known of models before any hub is contacted: what earlier commands resolved; frozen, what rma.lock has.
 * @throws RmaError RMA_RESOLVED_INVALID, RMA_LOCKFILE_MISSING, RMA_LOCKFILE_INVALID, RMA_LOCKFILE_DIFFERS (2)
 */
export async function knownModels(
  host: Pick<Host, 'files' | 'localFiles'>,
  { config, catalog, refresh }: KnownRequest,
): Promise<ResolvedModels> {
  const lists = sourceLists(catalog);
  const resolved = refresh ? NOTHING_RESOLVED : await readCurrent(host, { config, lists });
  if (!config.frozen) return resolved;
  const lock = await requireLockFile(host, config);
  refuseDifferences(lock, resolved);
  const geometry = [...resolved.geometry].filter(([ref]) => lock.models.has(ref));
  return { pinned: withSources(lock.models, lists), missing: lock.missing, geometry: new Map(geometry) };
}

/** Returns what `resolved.json` has from the sources that models have now. */
async function readCurrent(
  host: Pick<Host, 'files'>,
  { config, lists }: Pick<KnownRequest, 'config'> & { readonly lists: SourceLists },
): Promise<ResolvedModels> {
  const read = await readResolved(host, projectFiles(config).resolved);
  return { ...read, pinned: withSources(read.pinned, lists) };
}

/** Reads `resolved.json`. @throws RmaError RMA_RESOLVED_INVALID exit 2 */
export async function readResolved(host: Pick<Host, 'files'>, path: string): Promise<ResolvedModels> {
  const content = await host.files.read(path);
  return content === null ? NOTHING_RESOLVED : parseResolved(content, path);
}

function refuseDifferences({ models }: LockFile, { pinned }: ResolvedModels): void {
  const differing = [...models].flatMap(([ref, locked]) => {
    const current = pinned.get(ref);
    return current === undefined || samePin(locked, current)
      ? []
      : [`${ref}: locked ${modelVersion(locked)}, current ${modelVersion(current)}`];
  });
  if (differing.length === 0) return;
  throw new RmaError(
    'RMA_LOCKFILE_DIFFERS',
    `the project uses other models than rma.lock: ${differing.join('; ')}`,
    {
      exitCode: EXIT.usage,
      hint: 'to use those of rma.lock, add --refresh; to lock those that the project uses: rma models lock',
    },
  );
}

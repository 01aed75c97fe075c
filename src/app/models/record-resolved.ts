import type { RmaConfig } from '../../core/domain/config.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { modelsOf } from '../../core/profile/model-users.ts';
import { runningProfiles } from '../../core/profile/replaced-profiles.ts';
import { samePin } from '../../core/source/lock-file.ts';
import { formatResolved } from '../../core/source/resolved-file.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectSet } from '../desired/choose-services.ts';
import { readResolved } from '../desired/known-models.ts';
import { readProjectState } from '../desired/project-state.ts';
import { projectFiles } from '../observe/project-files.ts';

export interface ResolvedRequest {
  readonly config: RmaConfig;
  /** what the store has now: the requested references, and their files */
  readonly models: readonly { readonly ref: string; readonly pinned: PinnedModel }[];
}

/**
 * Adds models of the project, of any variant, to its `resolved.json` as `up` does: later commands use the same files, and
 * contact no hub for them. Other models, and commands without a project, record nothing.
 */
export async function recordResolved(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  { config, models }: ResolvedRequest,
): Promise<void> {
  const path = projectFiles(config).resolved;
  if (config.directory === null && (await host.files.read(path)) === null) return;
  const catalog = await invocation.catalog(config);
  const state = await readProjectState(host, config);
  // empty in a project that only has settings
  const profiles = projectSet(config, state, []);
  const own = modelsOf(catalog, [...new Set([...profiles, ...runningProfiles(profiles, state)])], {});
  const resolved = await readResolved(host, path);
  const pinned = new Map(resolved.pinned);
  const geometry = new Map(resolved.geometry);
  const missing = new Map(resolved.missing);
  let isChanged = false;
  for (const { ref, pinned: model } of models) {
    const before = pinned.get(ref);
    if (!own.has(ref) || (before !== undefined && samePin(before, model))) continue;
    isChanged = true;
    pinned.set(ref, model);
    geometry.delete(ref);
    missing.delete(ref);
  }
  if (isChanged) await host.files.write(path, formatResolved({ pinned, geometry, missing }), 0o644);
}

import type { RmaConfig } from '../../core/domain/config.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { checkDirectory } from '../../core/profile/check-directory.ts';
import { checkGguf } from '../../core/profile/check-gguf.ts';
import { pickleFault } from '../../core/profile/check-pickles.ts';
import { findModel } from '../../core/profile/find-model.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { readResolved } from '../desired/known-models.ts';
import { projectFiles } from '../observe/project-files.ts';

/**
 * Reads all profiles, engines and models, with one more file, and checks what the project has resolved of their models.
 * Contacts neither Docker nor a hub.
 * @throws RmaError RMA_DATA_INVALID, RMA_DATA_UNREADABLE, RMA_MODEL_AMBIGUOUS, RMA_MODEL_UNSERVABLE (2), RMA_MODEL_PICKLE (6)
 */
export async function checkProfiles(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'catalog'>,
  { config, file }: { readonly config: RmaConfig; readonly file: string | null },
): Promise<Catalog> {
  const catalog = await invocation.catalog(config, file);
  const { pinned } = await readResolved(host, projectFiles(config).resolved);
  for (const profile of catalog.profiles.values()) {
    for (const { engine: name, models } of profile.variants.flatMap(({ services }) => services)) {
      const engine = catalog.engines.get(name);
      if (engine === undefined) continue;
      const known = models.flatMap((model) => {
        const { ref } = findModel(catalog, model);
        const found = pinned.get(ref);
        return found === undefined ? [] : [[ref, found] as const];
      });
      const use = { profile: profile.name, engine, models: known.map(([, found]) => found) };
      checkGguf(use);
      checkDirectory(use);
      for (const [ref, found] of known) {
        const fault = pickleFault(ref, found, { config, catalog });
        if (fault !== null) throw fault;
      }
    }
  }
  return catalog;
}

import type { RmaConfig } from '../../core/domain/config.ts';
import type { ImportModel, ImportOutcome, ImportSource } from '../../core/domain/import.ts';
import type { ModelCheck } from '../../core/domain/model-check.ts';
import { OTHER_VERSION, resolveImport } from '../../core/import/resolve-import.ts';
import { readStoreCheck } from '../../core/store/read-store-check.ts';
import type { ModelImport } from '../../ports/model-import.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import type { ModelUses } from '../../ports/model-uses.ts';
import { importModels } from '../fetch/import-models.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from '../offline/run-in-volume.ts';
import { importInContainer } from './import-in-container.ts';
import { storeInventory } from './store-inventory.ts';

/** A store in a directory of this machine, and what imports into it. */
export interface ImportDirectory {
  readonly store: ModelStore;
  readonly uses: ModelUses;
  readonly imports: ModelImport;
}

export interface ImportRequest {
  readonly config: RmaConfig;
  readonly sources: readonly ImportSource[];
  /** null: the project's volume, through the worker image */
  readonly folder: ImportDirectory | null;
}

/** What would happen to a model, or has happened. */
export interface PlannedImport {
  readonly found: ImportModel;
  readonly state: 'new' | 'present' | 'skipped';
  /** why it is skipped */
  readonly reason: string | null;
  /** bytes that can be hard-linked; null: unknown */
  readonly linkableBytes: number | null;
}

/** Returns what an import would do, in the order of the sources. Writes nothing. @throws RmaError as storeInventory */
export async function planImport(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, sources, folder }: ImportRequest,
): Promise<readonly PlannedImport[]> {
  const inventory = await storeInventory(host, invocation, { config, store: folder?.store ?? null });
  const found = sources.flatMap(({ models }) => models);
  const resolved = found.map((each) => resolveImport(each, inventory));
  const kept = resolved.filter((each) => each !== null);
  const models = kept.map(({ model }) => model);
  const checks =
    folder === null
      ? await volumeChecks(host, invocation, { config, models: kept })
      : await Promise.all(models.map((model) => folder.store.check(model)));
  const states = new Map(kept.map((each, at) => [each, checks[at]?.state === 'present']));
  const planned: PlannedImport[] = [];
  for (const [at, each] of resolved.entries()) {
    const source = found[at];
    if (each !== null) planned.push(await plan(each, states.get(each) === true, folder));
    else if (source !== undefined)
      planned.push({ found: source, state: 'skipped', reason: OTHER_VERSION, linkableBytes: null });
  }
  return planned;
}

/** Imports the new ones of planned models, and returns the outcomes of these. @throws RmaError as importInContainer */
export async function runImport(
  host: VolumeHost & Parameters<typeof importInContainer>[0],
  invocation: VolumeInvocation & Parameters<typeof importInContainer>[1],
  {
    config,
    folder,
    planned,
  }: Omit<ImportRequest, 'sources'> & { readonly planned: readonly PlannedImport[] },
): Promise<readonly ImportOutcome[]> {
  const models = planned.flatMap(({ found, state }) => (state === 'new' ? [found] : []));
  if (models.length === 0) return [];
  if (folder === null) return importInContainer(host, invocation, { config, models });
  const { reporter, signal } = invocation;
  return importModels(models, {
    ...folder,
    signal,
    onProgress: (progress) => reporter.emit({ type: 'model', progress }),
  });
}

async function plan(
  found: ImportModel,
  isPresent: boolean,
  folder: ImportDirectory | null,
): Promise<PlannedImport> {
  if (isPresent || folder === null)
    return { found, state: isPresent ? 'present' : 'new', reason: null, linkableBytes: null };
  let linkableBytes = 0;
  for (const file of found.model.files)
    if (await folder.imports.canLink(found, file, folder.store.root)) linkableBytes += file.bytes;
  return { found, state: 'new', reason: null, linkableBytes };
}

async function volumeChecks(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, models }: { readonly config: RmaConfig; readonly models: readonly ImportModel[] },
): Promise<readonly ModelCheck[]> {
  if (models.length === 0) return [];
  const input = { models: models.map(({ model }) => model) };
  const answer = await runInVolume(host, invocation, { config, verb: 'check', input });
  return answer === null ? [] : readStoreCheck(answer.stdout, answer.image).checks;
}

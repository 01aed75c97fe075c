import { volumeOf } from '../../core/docker/volume-of.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { DesiredState } from '../../core/domain/desired-state.ts';
import type { HistoryEntry } from '../../core/domain/history.ts';
import type { Snapshot } from '../../core/domain/snapshot.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/hash.ts';
import { modelsOf } from '../../core/history/described-changes.ts';
import { withWorkerImage } from '../../core/history/with-worker-image.ts';
import { rolledBackState } from '../../core/hosts/known-assignment.ts';
import { formatProjectState, NO_STATE, parseProjectState } from '../../core/profile/project-state.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { DesiredProject } from '../desired/desired-state.ts';
import { ownCoordinator } from '../desired/own-coordinator.ts';
import { readProjectState } from '../desired/project-state.ts';
import { collectSecrets } from '../desired/secrets.ts';
import { projectFiles, storeOwner } from '../observe/project-files.ts';
import { historyFile } from './read-history.ts';

type SecretsHost = Pick<Host, 'name' | 'files' | 'localFiles'>;
type SecretsContext = Parameters<typeof collectSecrets>[1];

/** An entry as it can be applied on a host now, and the images that its references mean there. */
export interface UsableEntry {
  readonly entry: HistoryEntry;
  /** reference → id */
  readonly current: ReadonlyMap<string, string>;
  /** the worker image of the entry, which no longer exists, and is replaced by that of this version of rma; null: it exists */
  readonly replacedWorker: string | null;
}

/** Returns an entry with a worker image that exists or can be built. @throws RmaError RMA_DOCKER_* (3) */
export async function usableEntry(
  host: Pick<Host, 'images'>,
  { workerImage }: Pick<Invocation, 'workerImage'>,
  entry: HistoryEntry,
): Promise<UsableEntry> {
  const { tag, base } = entry.workerImage;
  const own = await workerImage.tag(base);
  const current = await currentImages(host, [...entry.stack.services.map(({ image }) => image), tag, own]);
  if (current.has(tag) || own === tag) return { entry, current, replacedWorker: null };
  return { entry: withWorkerImage(entry, { tag: own, base }), current, replacedWorker: tag };
}

async function currentImages(
  { images }: Pick<Host, 'images'>,
  references: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const reference of new Set(references)) {
    const image = await images.inspect(reference);
    if (image !== null) found.set(reference, image.id);
  }
  return found;
}

/**
 * Returns the desired state of an entry: its files, images and models as they were, with the secrets of today.
 * @throws RmaError RMA_HISTORY_INVALID, RMA_ROLLBACK_SECRET, RMA_TOKEN_FILE_MISSING (2)
 */
export async function entryState(
  host: SecretsHost & Pick<Host, 'caller'>,
  invocation: SecretsContext,
  request: EntryRequest,
): Promise<Omit<DesiredProject, 'fleet' | 'checks'>> {
  const { entry, config, snapshot } = request;
  const secrets = await secretsOf(host, invocation, request);
  const { stack, workerImage } = entry;
  const services = stack.services.map((service) => {
    const id = service.role === 'engine' ? entry.images[service.image]?.id : undefined;
    return id === undefined ? service : { ...service, imageId: id };
  });
  const desired: DesiredState = {
    stack: { ...stack, services, text: entry.files.compose },
    files: await filesOf(host, request),
    secrets: new Map([...secrets].map(([name, value]) => [name, sha256Hex(value)])),
    workerImage,
    models: requireModels(entry, config),
  };
  const owner = storeOwner(config, snapshot.directories, host.caller);
  const access = {
    image: workerImage.tag,
    volume: volumeOf(config, 'store'),
    owner,
    project: config.project,
  };
  return { desired, access, secrets };
}

export interface EntryRequest {
  readonly entry: HistoryEntry;
  /** with the settings of the entry */
  readonly config: RmaConfig;
  readonly snapshot: Pick<Snapshot, 'directories'>;
}

/** Whether the start at boot was offered is not undone. */
async function filesOf(
  host: Pick<Host, 'name' | 'files'>,
  { entry, config }: EntryRequest,
): Promise<DesiredState['files']> {
  const paths = projectFiles(config);
  const now = await readProjectState(host, config).catch(() => NO_STATE);
  const state = parseProjectState(entry.files.state, historyFile(config, entry.number));
  return new Map([
    [paths.compose, entry.files.compose],
    [paths.resolved, entry.files.resolved],
    [
      paths.state,
      formatProjectState({ ...rolledBackState(host.name, state, now), bootOffered: now.bootOffered }),
    ],
  ]);
}

function requireModels(entry: HistoryEntry, config: RmaConfig): DesiredState['models'] {
  const models = modelsOf(entry);
  const missing = entry.stack.services.flatMap((each) => each.models).find((ref) => !models.has(ref));
  if (missing === undefined) return models;
  throw new RmaError(
    'RMA_HISTORY_INVALID',
    `invalid history entry ${historyFile(config, entry.number)}: it has no files of the model ${missing}`,
    {
      exitCode: EXIT.usage,
      hint: shell`remove it: rm ${historyFile(config, entry.number)}; or choose another entry: rma history`,
    },
  );
}

/** Returns the secrets of the services: those of today, and copies of those that only `rma up` can read. */
async function secretsOf(
  host: SecretsHost,
  invocation: SecretsContext,
  { entry, config }: EntryRequest,
): Promise<ReadonlyMap<string, string>> {
  const { services } = entry.stack;
  const profiles = services.flatMap(({ role, profile }) => (role === 'worker' ? (profile ?? []) : []));
  const coordinator = await ownCoordinator(host, invocation, { config });
  const secrets = new Map(await collectSecrets(host, invocation, { config, profiles, coordinator }));
  for (const { name: service, secrets: names } of services)
    for (const name of names) {
      if (secrets.has(name)) continue;
      const kept = await host.files.read(`${projectFiles(config).secrets}/${name}`);
      if (kept === null) throw noSecret(service, name);
      secrets.set(name, kept);
    }
  return secrets;
}

function noSecret(service: string, name: string): RmaError {
  return new RmaError('RMA_ROLLBACK_SECRET', `${service} needs the secret ${name}, which no longer exists`, {
    exitCode: EXIT.usage,
    hint: 'restore the settings of that time in rma.yaml, then run: rma up',
  });
}

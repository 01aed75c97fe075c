import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { StoreNeeds } from '../../core/domain/fetch-request.ts';
import { type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { EXIT, type ExitCode, RmaError, toErrorDocument } from '../../core/errors.ts';
import { smallerSets } from '../../core/profile/smaller-sets.ts';
import { repeatedBytes } from '../../core/source/shared-content.ts';
import { fits, noRoomText, UNLIMITED_BYTES } from '../../core/store/room.ts';
import { formatBytes } from '../../core/units.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import type { ModelUses } from '../../ports/model-uses.ts';
import type { PeerStore } from '../../ports/peer-store.ts';
import type { StoreReader } from '../../ports/store-reader.ts';
import type { Transfer } from '../../ports/transfer.ts';
import { withHubTokens } from '../desired/secrets.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { fetchInContainer } from '../execute/fetch-in-container.ts';
import { ensureHostDirectory } from '../execute/host-directory.ts';
import { fetchModels } from '../fetch/fetch-models.ts';
import { fetchExitCode } from '../fetch/fetch-result.ts';
import { checkNfsServers } from '../observe/check-nfs-servers.ts';
import { throwIfFailed } from '../observe/worker-status.ts';
import type { ListedModel, ObservedVolume } from './listed-models.ts';
import { lockNeeds } from './lock-needs.ts';

/** A store in a directory of this machine, with what transfers files into it. */
export interface FolderStore {
  readonly store: ModelStore;
  readonly uses: ModelUses;
  readonly reader: StoreReader;
  readonly transfer: Transfer;
  /** machines whose stores have content before the hubs */
  readonly peers?: readonly PeerStore[];
}

/** What a command needs to fetch content into a store, here or in a container. */
export type PullInvocation = Pick<
  Invocation,
  | 'sources'
  | 'workerImage'
  | 'clock'
  | 'reporter'
  | 'signal'
  | 'environment'
  | 'hubToken'
  | 'certificates'
  | 'peerToken'
>;

export interface PullRequest {
  readonly config: RmaConfig;
  /** for a smaller set of models, if the requested one does not fit */
  readonly catalog: Pick<Catalog, 'models'>;
  readonly models: readonly ListedModel[];
  /** the store: a directory of this machine, or the project's volume, which a container writes to */
  readonly store: FolderStore | ObservedVolume;
  readonly dryRun: boolean;
}

export interface PulledModel {
  readonly name: string;
  readonly ref: string;
  readonly state: 'present' | 'fetched' | 'missing' | 'failed';
  /** bytes that came over the network, or in a dry run would come */
  readonly bytes: number;
  /** why it failed */
  readonly message?: string;
  /** of the error */
  readonly code?: string;
  /** how to fix the failure, if known */
  readonly hint?: string;
}

export interface PullResult {
  readonly models: readonly PulledModel[];
  readonly missingBytes: number;
  /** null when unknown */
  readonly freeBytes: number | null;
  readonly exitCode: ExitCode;
}

/** The outcome of one reference. */
interface Ended {
  readonly fetchedBytes: number;
  /** null: the model is present */
  readonly failure: Pick<PulledModel, 'message' | 'code' | 'hint'> | null;
}

interface Pulled {
  readonly ended: ReadonlyMap<string, Ended>;
  readonly exitCode: ExitCode;
}

/**
 * Fetches what is missing of the models, and returns the result of each.
 * @throws RmaError before anything is fetched RMA_STORE_NO_ROOM (5) and as ModelStore.assertWritable (3); RMA_DOCKER_* (3); the
 * error of a single model
 */
export async function pull(
  host: Pick<Host, 'name' | 'docker' | 'files' | 'localFiles' | 'names' | 'caller'>,
  invocation: PullInvocation,
  request: PullRequest,
): Promise<PullResult> {
  const { models, store, dryRun } = request;
  const parts = models.map(({ pinned, check }) => ({ model: pinned, files: check?.missing ?? pinned.files }));
  const missingBytes = models.reduce((sum, model) => sum + missingOf(model), 0) - repeatedBytes(parts);
  const free = isVolume(store) ? store.freeBytes : await store.store.freeBytes();
  const freeBytes = free === UNLIMITED_BYTES ? null : free;
  // checked first: if the directory cannot be created, the free space is that of another file system
  if (!isVolume(store) && missingBytes > 0) await store.store.assertWritable();
  const sums = { missingBytes, freeBytes };
  if (freeBytes !== null && !fits(missingBytes, freeBytes)) throw noRoom(request, missingBytes, freeBytes);
  if (dryRun) return { ...sums, models: models.map(planned), exitCode: EXIT.ok };
  const needs = await lockNeeds(host, request.config);
  const { ended, exitCode } = isVolume(store)
    ? await pullInContainer(host, invocation, { ...request, store, needs })
    : await pullToDirectory(invocation, { ...request, needs }, store);
  return { ...sums, models: models.map((model) => pulled(model, ended)), exitCode };
}

async function pullToDirectory(
  invocation: Pick<Invocation, 'sources' | 'clock' | 'signal' | 'reporter'>,
  { config, models, needs }: PullRequest & { readonly needs: StoreNeeds | null },
  { store, uses, transfer, peers }: FolderStore,
): Promise<Pulled> {
  const { sources, clock, signal, reporter } = invocation;
  if (needs !== null) {
    await store.prepare();
    await store.recordNeeds(needs);
  }
  const results = await fetchModels(pinnedOf(models), {
    store,
    uses,
    transfer,
    peers,
    sources,
    clock,
    signal,
    checks: new Map(models.flatMap(({ pinned, check }) => (check === null ? [] : [[pinned, check]]))),
    connections: config.network.connections,
    offline: config.network.offline,
    onProgress: (progress) => reporter.emit({ type: 'model', progress }),
  });
  const [first] = results;
  if (results.length === 1 && first?.state === 'failed') throw first.error;
  const ended = results.map((result): [string, Ended] => [
    result.ref,
    {
      fetchedBytes: result.fetchedBytes,
      failure: result.state === 'failed' ? failureOf(toErrorDocument(result.error)) : null,
    },
  ]);
  return { ended: new Map(ended), exitCode: fetchExitCode(results) };
}

async function pullInContainer(
  host: Pick<Host, 'docker' | 'files' | 'names' | 'caller'>,
  invocation: Omit<PullInvocation, 'sources' | 'clock'>,
  {
    config,
    models,
    needs,
    store: { access, snapshot },
  }: PullRequest & { readonly store: ObservedVolume; readonly needs: StoreNeeds | null },
): Promise<Pulled> {
  if (!snapshot.images.has(imageKey(access.image))) {
    await buildWorkerImage(host, invocation, { tag: access.image, base: config.images.workerBase });
  }
  const { volume, owner } = access;
  if (volume.type === 'host') await ensureHostDirectory(host, { holds: 'store', path: volume.path, owner });
  await checkNfsServers(host, config, snapshot.engine);
  const status = await withHubTokens(host, invocation, {
    config,
    work: () => fetchInContainer(host, invocation, { config, access, models: pinnedOf(models), needs }),
  });
  if (models.length === 1) throwIfFailed(status);
  const ended = status.models.map(({ ref, state, fetchedBytes, note, fault }): [string, Ended] => [
    ref,
    { fetchedBytes, failure: state === 'present' ? null : failureOf(fault ?? { message: note ?? state }) },
  ]);
  return { ended: new Map(ended), exitCode: status.failure?.exitCode ?? EXIT.ok };
}

function failureOf({
  message,
  code,
  hint,
}: Pick<PulledModel, 'code' | 'hint'> & { readonly message: string }): NonNullable<Ended['failure']> {
  return { message, ...(code !== undefined && { code }), ...(hint !== undefined && { hint }) };
}

const NOT_ATTEMPTED: Ended = { fetchedBytes: 0, failure: { message: 'not attempted' } };

function isVolume(store: PullRequest['store']): store is ObservedVolume {
  return 'snapshot' in store;
}

function pinnedOf(models: readonly ListedModel[]): readonly PinnedModel[] {
  return models.map(({ pinned }) => pinned);
}

/** A model that could not be checked counts as missing. */
function missingOf({ check, pinned }: ListedModel): number {
  return check?.missingBytes ?? pinnedBytes(pinned);
}

function planned(model: ListedModel): PulledModel {
  const { name, ref, check } = model;
  return { name, ref, state: check?.state === 'present' ? 'present' : 'missing', bytes: missingOf(model) };
}

function pulled({ name, pinned }: ListedModel, ended: ReadonlyMap<string, Ended>): PulledModel {
  const { ref } = pinned;
  const { fetchedBytes, failure } = ended.get(ref) ?? NOT_ATTEMPTED;
  if (failure !== null) return { name, ref, state: 'failed', bytes: fetchedBytes, ...failure };
  return { name, ref, state: fetchedBytes > 0 ? 'fetched' : 'present', bytes: fetchedBytes };
}

function noRoom({ catalog, models }: PullRequest, needed: number, free: number): RmaError {
  const missing = new Map(models.map((model) => [model.name, missingOf(model)]));
  const smaller = smallerSets(catalog, missing).find(({ missingBytes }) => fits(missingBytes, free));
  const set =
    smaller === undefined ? '' : `; ${smaller.name} fits: it needs ${formatBytes(smaller.missingBytes)}`;
  return new RmaError('RMA_STORE_NO_ROOM', noRoomText(needed, free), {
    exitCode: EXIT.doesNotFit,
    hint: `free disk space on the file system of the store; to list what can be removed: rma cache ls; or use another directory: --volume host:PATH or --dest DIR${set}`,
    details: { neededBytes: needed, freeBytes: free },
  });
}

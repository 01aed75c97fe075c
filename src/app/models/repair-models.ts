import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import type { Problem } from '../../core/domain/verification.ts';
import type { ModelProgress, WorkerStatus } from '../../core/domain/worker-status.ts';
import {
  type ErrorCode,
  type ErrorDocument,
  EXIT,
  type ExitCode,
  toErrorDocument,
} from '../../core/errors.ts';
import { offlineMissing } from '../../core/source/offline-missing.ts';
import { type RepairTask, repairBytes, repairTasks } from '../../core/verify/repair-tasks.ts';
import type { RepairInput } from '../../core/worker/verification-line.ts';
import type { Host } from '../../ports/host.ts';
import type { StoreVerifier } from '../../ports/store-verifier.ts';
import { withHubTokens } from '../desired/secrets.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { fetchInContainer } from '../execute/fetch-in-container.ts';
import { repairModels } from '../fetch/repair-model.ts';
import { checkNfsServers } from '../observe/check-nfs-servers.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { completeFixes, type Failures } from './complete-fixes.ts';
import type { FolderStore, PullInvocation } from './pull-models.ts';
import { repairFailure } from './repair-failure.ts';
import { verifyStored } from './verify-models.ts';

/** A store in a directory of this machine, with what checks it. */
export interface CheckedFolder extends FolderStore {
  readonly verifier: StoreVerifier;
}

export interface RepairRequest {
  readonly config: RmaConfig;
  /** null: the project's volume, through the worker image */
  readonly folder: RepairedDirectory | null;
  /** references or paths; none: the whole store */
  readonly names: readonly string[];
  readonly maxRate: number | null;
  readonly dryRun: boolean;
}

export interface RepairedProblem extends Problem {
  readonly outcome: 'repaired' | 'repairable' | 'failed' | 'unrepairable';
  /** why it failed */
  readonly message?: string;
  /** of that failure */
  readonly code?: ErrorCode;
  /** how to fix it */
  readonly hint?: string;
}

export interface RepairReport {
  readonly problems: readonly RepairedProblem[];
  readonly models: number;
  readonly files: number;
  readonly bytes: number;
  /** files of which no right hash is known */
  readonly withoutHash: number;
  /** bytes that came over the network, or in a dry run would come */
  readonly fetchedBytes: number;
  readonly exitCode: ExitCode;
}

type RepairedDirectory = Pick<CheckedFolder, 'store' | 'transfer' | 'verifier' | 'peers'>;
type RepairHost = Pick<Host, 'engine' | 'docker' | 'files' | 'names' | 'caller'>;

interface Outcomes {
  readonly failures: Failures;
  readonly fetchedBytes: number;
}

/**
 * Hashes a store, except what the last day's verification found correct, and repairs what is wrong.
 * @throws RmaError as verifyStored; RMA_DOCKER_* (3)
 */
export async function repairStored(
  host: RepairHost,
  invocation: PullInvocation,
  request: RepairRequest,
): Promise<RepairReport> {
  const { config, folder, names, maxRate, dryRun } = request;
  const verification = await verifyStored(host, invocation, {
    config,
    verifier: folder?.verifier ?? null,
    names,
    maxRate,
    deep: true,
    reuse: true,
    writes: !dryRun,
  });
  const { models, files, bytes, withoutHash } = verification;
  const counts = { models: models.length, files, bytes, withoutHash };
  const { offline } = config.network;
  const { problems, failed } = await completeFixes(invocation, verification.problems, offline);
  const tasks = repairTasks(problems);
  if (dryRun || tasks.length === 0) {
    const planned = problems.map((problem) =>
      outcomeOf(problem, { failures: failed, fetchedBytes: 0 }, dryRun),
    );
    return {
      ...counts,
      problems: planned,
      fetchedBytes: repairBytes(tasks),
      exitCode: exitCodeOf(planned, failed),
    };
  }
  assertOnline(config, tasks);
  const done =
    folder === null
      ? await repairVolume(host, invocation, { config, tasks })
      : await repairDirectory(invocation, tasks, { ...folder, offline });
  const outcomes = { ...done, failures: new Map([...done.failures, ...failed]) };
  const repaired = problems.map((problem) => outcomeOf(problem, outcomes, false));
  return {
    ...counts,
    problems: repaired,
    fetchedBytes: done.fetchedBytes,
    exitCode: exitCodeOf(repaired, outcomes.failures),
  };
}

/** @throws RmaError RMA_OFFLINE_MISSING (1) */
function assertOnline({ network }: RmaConfig, tasks: readonly RepairTask[]): void {
  const fetched = tasks.flatMap(({ reference, repairs }) => {
    const files = repairs.flatMap(({ fix }) => (fix.kind === 'fetch' && !fix.inPlace ? [fix.file.path] : []));
    return files.length === 0 ? [] : [{ ref: reference, files }];
  });
  if (network.offline && network.peers.length === 0 && fetched.length > 0) throw offlineMissing(fetched);
}

async function repairDirectory(
  { sources, clock, signal, reporter }: PullInvocation,
  tasks: readonly RepairTask[],
  { store, transfer, verifier, peers, offline }: RepairedDirectory & { readonly offline: boolean },
): Promise<Outcomes> {
  const onProgress: Parameters<typeof repairModels>[1]['onProgress'] = (progress) =>
    reporter.emit({ type: 'model', progress });
  const results = await repairModels(tasks, {
    store,
    transfer,
    verifier,
    peers,
    sources,
    clock,
    signal,
    offline,
    onProgress,
  });
  return {
    fetchedBytes: results.reduce((sum, { fetchedBytes }) => sum + fetchedBytes, 0),
    failures: new Map(
      results.map((result) => [
        result.ref,
        result.state === 'failed' ? repairFailure(result.ref, toErrorDocument(result.error)) : null,
      ]),
    ),
  };
}

async function repairVolume(
  host: RepairHost,
  invocation: PullInvocation,
  { config, tasks }: { readonly config: RmaConfig; readonly tasks: readonly RepairTask[] },
): Promise<Outcomes> {
  const [snapshot, access] = await Promise.all([observeStore(host), storeAccess(host, invocation, config)]);
  if (!snapshot.images.has(imageKey(access.image)))
    await buildWorkerImage(host, invocation, { tag: access.image, base: config.images.workerBase });
  await checkNfsServers(host, config, snapshot.engine);
  const models = tasks.flatMap(({ model }): readonly PinnedModel[] => (model === null ? [] : [model]));
  const input: RepairInput = { tasks };
  const status = await withHubTokens(host, invocation, {
    config,
    work: () =>
      fetchInContainer(host, invocation, { config, access, models, task: { verb: 'repair', input } }),
  });
  return {
    fetchedBytes: status.models.reduce((sum, { fetchedBytes }) => sum + fetchedBytes, 0),
    failures: new Map(
      status.models.map((progress) => [
        progress.ref,
        progress.state === 'present'
          ? null
          : repairFailure(progress.ref, progress.fault ?? unfinished(progress, status)),
      ]),
    ),
  };
}

/** Returns the fault of a container that ended before it got to a model. */
function unfinished({ state, note }: ModelProgress, { failure }: WorkerStatus): ErrorDocument {
  return failure ?? { code: 'RMA_FETCH_FAILED', message: note ?? state, exitCode: EXIT.failed };
}

function outcomeOf(problem: Problem, { failures }: Outcomes, dryRun: boolean): RepairedProblem {
  const failure = failures.get(problem.reference) ?? null;
  if (failure !== null) {
    const { message, code, hint } = failure;
    return { ...problem, outcome: 'failed', message, code, ...(hint !== undefined && { hint }) };
  }
  if (problem.fix === null) return { ...problem, outcome: 'unrepairable' };
  return { ...problem, outcome: dryRun ? 'repairable' : 'repaired' };
}

/** 0 if nothing is left to do; 8 if a part was repaired; else the exit code of the failures, 6 for what cannot be repaired. */
function exitCodeOf(problems: readonly RepairedProblem[], failures: Failures): ExitCode {
  const left = problems.filter(({ outcome }) => outcome === 'failed' || outcome === 'unrepairable');
  if (left.length === 0) return EXIT.ok;
  if (left.length < problems.length) return EXIT.partial;
  const codes = new Set([...failures.values()].flatMap((failure) => failure?.exitCode ?? []));
  const [code = EXIT.badContent] = codes;
  return codes.size > 1 ? EXIT.failed : code;
}

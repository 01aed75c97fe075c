import type { ContainerFacts } from '../../core/domain/container.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { type ErrorDocument, RmaError } from '../../core/errors.ts';
import { hangReason } from '../../core/worker/read-worker-fault.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { CommandOutcome } from '../../ports/command-runner.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

const ARGV = ['rma-worker', 'status', '--json', '--fresh'] as const;
/** The command itself ends within half a minute; on a loaded machine `docker exec` takes that long to start it. */
const ATTEMPTS_MS = [60_000, 120_000] as const;

/** What a worker in a running container reports. */
export type WorkerReply =
  | { readonly kind: 'status'; readonly status: WorkerStatus }
  /** the container runs and its worker hangs; with the reason */
  | { readonly kind: 'silent'; readonly reason: string }
  /** the worker is starting, or its container ended in the meantime */
  | { readonly kind: 'none' };

/**
 * Returns what a worker reports, with its engines and its store as they are now. A slow `docker exec` is repeated.
 * @throws RmaError RMA_WORKER_INCOMPATIBLE for a worker of another version
 */
export async function workerReply(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: Pick<ContainerFacts, 'id' | 'service'>,
): Promise<WorkerReply> {
  for (const timeoutMs of ATTEMPTS_MS) {
    const outcome = await runIn(host, invocation, { container: container.id, timeoutMs });
    if (outcome !== null) return replyOf(outcome, container.service);
  }
  return {
    kind: 'silent',
    reason: `docker exec did not finish within ${(ATTEMPTS_MS.at(-1) ?? 0) / 1000} s`,
  };
}

/** Returns the same for a plan, which recreates a worker of another version. */
export async function plannedReply(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: Pick<ContainerFacts, 'id' | 'service'>,
): Promise<WorkerReply> {
  try {
    return await workerReply(host, invocation, container);
  } catch (error) {
    if (error instanceof RmaError && error.code === 'RMA_WORKER_INCOMPATIBLE') return { kind: 'none' };
    throw error;
  }
}

/** Returns null when the command timed out. */
async function runIn(
  { docker }: Pick<Host, 'docker'>,
  { signal }: Pick<Invocation, 'signal'>,
  { container, timeoutMs }: { readonly container: string; readonly timeoutMs: number },
): Promise<CommandOutcome | null> {
  try {
    return await docker.exec(container, ARGV, { timeoutMs, signal });
  } catch (error) {
    if (error instanceof RmaError && error.code === 'RMA_COMMAND_TIMEOUT') return null;
    throw error;
  }
}

function replyOf({ exitCode, stdout, stderr }: CommandOutcome, service: string): WorkerReply {
  if (exitCode === 0) return { kind: 'status', status: readWorkerStatus(stdout, service) };
  const reason = hangReason(stderr);
  return reason === null ? { kind: 'none' } : { kind: 'silent', reason };
}

/** Throws the fault of a worker that failed. */
export function throwIfFailed({ worker, failure }: WorkerStatus): void {
  if (failure !== null) throw fromDocument(failure, { worker });
}

/** Throws the first fault of an engine that does not go away by waiting. */
export function throwIfEngineFailed({ worker, engines }: WorkerStatus): void {
  const bad = engines.find(({ fault }) => fault !== undefined);
  if (bad?.fault !== undefined) throw fromDocument(bad.fault, { worker, engine: bad.service });
}

/** Returns the error that a document describes. */
export function fromDocument(
  { code, message, hint, exitCode }: ErrorDocument,
  details: Readonly<Record<string, unknown>>,
): RmaError {
  return new RmaError(code, message, { exitCode, details, ...(hint !== undefined && { hint }) });
}

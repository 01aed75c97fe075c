import type { ContainerFacts } from '../../core/domain/container.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { type GpuLimits, gpuMemoryError, UNKNOWN_LIMITS } from '../../core/gpu/gpu-memory-error.ts';
import { outOfGpuMemory } from '../../core/gpu/out-of-memory.ts';
import { lastLine } from '../../core/last-line.ts';
import { shell } from '../../core/shell-quote.ts';
import { fromDocument } from '../observe/worker-status.ts';
import type { Execution, Payload } from './execution.ts';
import { firstOf, type Task } from './first-of.ts';

const RESTARTS = 3;
/** vLLM ends with a traceback of its main process, after the cause. */
const LOG_LINES = 400;
const SHOWN_LINES = 8;

/**
 * Runs work that waits for engines, and ends it when one of them keeps crashing or when the time is up: otherwise the wait
 * would never end.
 * @throws RmaError RMA_ENGINE_FAILED (1) with the engine's last log lines, RMA_UP_TIMEOUT (7), RMA_ENGINE_GPU_MEMORY (5)
 */
export async function whileEnginesRun(
  execution: Execution,
  engines: readonly string[],
  work: Task<void>,
): Promise<void> {
  const { containers, invocation, payload } = execution;
  // earlier crashes alone do not count, such as those before the driver was ready at boot
  const before = new Map(
    (await containers.current(execution.signal)).map(({ id, restarts }) => [id, restarts]),
  );
  await firstOf(execution.signal, [
    work,
    async (signal) => {
      const crashing = await containers.waitFor((all) => all.find(isCrashing) ?? null, signal);
      throw await engineFailed(execution, crashing);
    },
    async (signal) => {
      await invocation.clock.sleep(payload.waitSeconds * 1000, signal);
      throw await timedOut(execution, engines);
    },
  ]);

  function isCrashing({ id, service, restarts, health }: ContainerFacts): boolean {
    const isNew = restarts > (before.get(id) ?? 0);
    return engines.includes(service) && isNew && restarts >= RESTARTS && health !== 'healthy';
  }
}

/** Returns whether a container runs and passes its health check, if it has one. */
export function isUp({ state, health }: ContainerFacts): boolean {
  return state === 'running' && (health === 'healthy' || health === 'none');
}

async function engineFailed({ host, payload }: Execution, container: ContainerFacts): Promise<RmaError> {
  const { id, service, profile, restarts } = container;
  const log = await host.engine.logTail(id, SHOWN_LINES);
  const last = lastLine(log);
  const details = { restarts, log };
  const memory = outOfGpuMemory(await lastRun(host, container));
  if (memory !== null) {
    const limits = limitsOf(payload, service);
    return fromDocument(gpuMemoryError(memory, { service, profile, limits }), details);
  }
  return new RmaError(
    'RMA_ENGINE_FAILED',
    `engine ${service} keeps crashing; ${last === null ? 'its log is empty' : `last log line: ${last}`}`,
    { hint: shell`check its log: rma logs ${service}`, details },
  );
}

/** A restart plans no services: only the settings in rma.yaml are known. */
function limitsOf({ limits, config }: Payload, service: string): GpuLimits {
  const { context = null, utilization = null } = config.services?.[service] ?? UNKNOWN_LIMITS;
  return limits.get(service) ?? { context, utilization };
}

/** Returns the log of the run that ended last. If the next one has started already, Docker does not show where that begins. */
async function lastRun({ engine }: Execution['host'], container: ContainerFacts): Promise<readonly string[]> {
  const since = container.state === 'running' ? undefined : runStart(container);
  return engine.logTail(container.id, LOG_LINES, since);
}

/** Some releases of Docker read the clock after the process has started. The pause before a restart is twice as long. */
function runStart({ startedAt }: ContainerFacts): number {
  return Math.max(0, (startedAt ?? 0) - 50);
}

/** An engine that lacks GPU memory may keep running and never respond, or restart slowly. */
async function timedOut(
  { host, containers, payload, signal }: Execution,
  engines: readonly string[],
): Promise<RmaError> {
  for (const container of await containers.current(signal)) {
    const { service, profile } = container;
    if (!engines.includes(service) || isUp(container)) continue;
    const memory = outOfGpuMemory(await host.engine.logTail(container.id, LOG_LINES, runStart(container)));
    if (memory === null) continue;
    const limits = limitsOf(payload, service);
    return fromDocument(gpuMemoryError(memory, { service, profile, limits }), { engines });
  }
  const verb = engines.length === 1 ? 'is' : 'are';
  return new RmaError(
    'RMA_UP_TIMEOUT',
    `${engines.join(', ')} ${verb} not ready after ${payload.waitSeconds} s; the containers keep running`,
    {
      exitCode: EXIT.waitedTooLong,
      hint: 'check their state: rma status, rma logs; to wait longer: rma up --wait-timeout 2h',
      details: { engines },
    },
  );
}

import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { EXIT, type ExitCode, toErrorDocument } from '../../core/errors.ts';
import { progressLine } from '../../core/worker/progress-line.ts';
import { isHealthy } from '../../core/worker/worker-health.ts';
import { freshStatus } from '../status/fresh-status.ts';
import { followStatus, queryStatus } from '../status/query-status.ts';
import { socketPath } from '../status/socket-path.ts';
import type { Invocation } from './invocation.ts';

/**
 * Runs `rma-worker status [--json] [--fresh | --follow [--while-stdin]]`: prints the state of the running worker; with
 * `--fresh` after a check of its engines and its store, which the worker itself checks at intervals; with `--follow` after each change until it exits, or with `--while-stdin` until stdin is closed, so that an aborted `docker exec`
 * leaves no process.
 * @throws RmaError RMA_WORKER_NOT_RUNNING exit 3, RMA_WORKER_UNRESPONSIVE exit 1
 */
export async function status({ args, env, clock, stop, print, readStdin }: Invocation): Promise<ExitCode> {
  const render = args.includes('--json') ? (each: WorkerStatus) => JSON.stringify(each) : readable;
  if (!args.includes('--follow')) {
    const current = await queryStatus(socketPath(env), clock);
    print(`${render(args.includes('--fresh') ? await lookAgain(current, { env, clock, stop }) : current)}\n`);
    return EXIT.ok;
  }
  const inputEnd = new AbortController();
  if (args.includes('--while-stdin')) void readStdin().finally(() => inputEnd.abort());
  for await (const each of followStatus(socketPath(env), clock, inputEnd.signal)) print(`${render(each)}\n`);
  return EXIT.ok;
}

/** Loaded on demand: a health check needs neither the store nor the configuration. */
async function lookAgain(
  current: WorkerStatus,
  { env, clock, stop }: Pick<Invocation, 'env' | 'clock' | 'stop'>,
): Promise<WorkerStatus> {
  const { createEngineProbe } = await import('../../adapters/engine/engine-probe.ts');
  const { createContext } = await import('../context.ts');
  const { responseDeadlineMs, workerSettings } = await import('../worker-settings.ts');
  const config = workerSettings(env);
  const { coordinatorSilence } = await import('../status/coordinator-response.ts');
  const ms = responseDeadlineMs(config);
  const probe = createEngineProbe(clock, ms);
  const { coordinatorTarget } = await import('../coordinator-target.ts');
  const target = coordinatorTarget(config, env);
  const silence = async () => target && coordinatorSilence(target, { clock, ms, signal: stop });
  const { fetcher } = createContext(env);
  return freshStatus(current, { config, probe, fetcher, coordinatorSilence: silence, clock }, stop);
}

/** Runs `rma-worker health`: 0 if every model has a valid receipt, else 1, also if no worker responds. */
export async function health({ env, clock, print }: Invocation): Promise<ExitCode> {
  try {
    const current = await queryStatus(socketPath(env), clock);
    print(`${current.state}\n`);
    return isHealthy(current) ? EXIT.ok : EXIT.failed;
  } catch (error) {
    print(`${toErrorDocument(error).message}\n`);
    return EXIT.failed;
  }
}

function readable(current: WorkerStatus): string {
  const lines = [`${current.worker}: ${current.state} since ${current.since}`];
  for (const model of current.models) lines.push(`  ${progressLine(model)}`);
  for (const { service, state, note } of current.engines) {
    lines.push(`  engine ${service} ${state}${note === undefined ? '' : ` (${note})`}`);
  }
  if (current.failure !== null) {
    lines.push(`  ${current.failure.code}: ${current.failure.message}`);
    if (current.failure.hint !== undefined) lines.push(`  ${current.failure.hint}`);
  }
  return lines.join('\n');
}

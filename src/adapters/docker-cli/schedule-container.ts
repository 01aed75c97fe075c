import * as z from 'zod/mini';
import { cannotStart } from '../../core/cannot-start.ts';
import { hostFault } from '../../core/docker/host-fault.ts';
import type { RmaError } from '../../core/errors.ts';
import { SCHEDULE_LABEL } from '../../core/labels.ts';
import { failureReason } from '../../core/last-line.ts';
import type { SchedulePart } from '../../core/schedule/schedule.ts';
import { schedulerFailed } from '../../core/schedule/schedule-faults.ts';
import { jsonOrNull, type Schema } from '../../core/schema/parse.ts';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';
import type { Scheduler } from '../../ports/scheduler.ts';

const TIMEOUT_MS = 60_000;

interface Inspected {
  readonly labels: Readonly<Record<string, string>> | null;
  readonly running: boolean;
}

const inspected: Schema<Inspected> = z.object({
  labels: z.nullable(z.record(z.string(), z.string())),
  running: z.boolean(),
});
const FORMAT = '{"labels":{{json .Config.Labels}},"running":{{json .State.Running}}}';

/** Containers of the worker image that prune on a schedule. The command that created one is in its label. */
export class ScheduleContainers implements Scheduler {
  readonly kind = 'container';
  readonly #runner: Pick<CommandRunner, 'run'>;

  constructor(runner: Pick<CommandRunner, 'run'>) {
    this.#runner = runner;
  }

  async isPresent(): Promise<boolean> {
    const outcome = await this.#docker(['version', '--format', '{{.Server.Version}}']);
    return outcome?.exitCode === 0;
  }

  pathOf(file: string): string {
    return `container ${file}`;
  }

  async read(name: string): Promise<readonly SchedulePart[]> {
    const found = await this.#inspect(name);
    return found === null ? [] : [{ file: name, text: found.labels?.[SCHEDULE_LABEL] ?? '' }];
  }

  async isActive(name: string): Promise<boolean> {
    return (await this.#inspect(name))?.running ?? false;
  }

  async install(name: string, parts: readonly SchedulePart[]): Promise<void> {
    await this.remove(name);
    for (const { argv, text } of parts) {
      const [docker = 'docker', run = 'run', ...rest] = argv ?? [];
      const labelled = [docker, run, '--label', `${SCHEDULE_LABEL}=${text}`, ...rest] as const;
      const outcome = await this.#runner.run({ argv: labelled });
      if (outcome.exitCode !== 0) throw hostFault(outcome.stderr) ?? failed('docker run', outcome);
    }
  }

  async remove(name: string): Promise<void> {
    if ((await this.#inspect(name)) === null) return;
    const stopped = await this.#runner.run({ argv: ['docker', 'stop', name] });
    if (stopped.exitCode !== 0) throw failed(`docker stop ${name}`, stopped);
    const removed = await this.#runner.run({ argv: ['docker', 'rm', name], timeoutMs: TIMEOUT_MS });
    if (removed.exitCode !== 0) throw failed(`docker rm ${name}`, removed);
  }

  /** A machine without a reachable engine has no such container. */
  async #inspect(name: string): Promise<Inspected | null> {
    const outcome = await this.#docker(['container', 'inspect', '--format', FORMAT, name]);
    return outcome === null || outcome.exitCode !== 0 ? null : jsonOrNull(inspected, outcome.stdout);
  }

  async #docker(args: readonly string[]): Promise<CommandOutcome | null> {
    try {
      return await this.#runner.run({ argv: ['docker', ...args], timeoutMs: TIMEOUT_MS });
    } catch (error) {
      if (cannotStart(error)) return null;
      throw error;
    }
  }
}

function failed(command: string, outcome: CommandOutcome): RmaError {
  return schedulerFailed(command, failureReason(outcome));
}

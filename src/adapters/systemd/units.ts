import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';

const TIMEOUT_MS = 60_000;

export interface SystemdPaths {
  /** directory of the administrator's units */
  readonly units: string;
  /** exists where systemd is the init system, as sd_booted(3) checks */
  readonly runtime: string;
}

export const SYSTEMD_PATHS: SystemdPaths = { units: '/etc/systemd/system', runtime: '/run/systemd/system' };

/** Errors of a change of units, in the words of its command. */
export interface UnitFaults {
  /** a file cannot be written; `code`: of the system call */
  readonly denied: (path: string, code: string) => Error;
  /** `command`: the command line that failed */
  readonly failed: (command: string, outcome: CommandOutcome) => Error;
}

/** Unit files of the administrator, and `systemctl`. */
export class Units {
  readonly #runner: Pick<CommandRunner, 'run'>;
  readonly #paths: SystemdPaths;
  readonly #faults: UnitFaults;

  constructor(runner: Pick<CommandRunner, 'run'>, paths: SystemdPaths, faults: UnitFaults) {
    this.#runner = runner;
    this.#paths = paths;
    this.#faults = faults;
  }

  async isPresent(): Promise<boolean> {
    return (await stat(this.#paths.runtime).catch(() => null))?.isDirectory() ?? false;
  }

  pathOf(unit: string): string {
    return join(this.#paths.units, unit);
  }

  async read(unit: string): Promise<string | null> {
    return readFile(this.pathOf(unit), 'utf8').catch(() => null);
  }

  async write(unit: string, text: string): Promise<void> {
    await this.#change(unit, () => writeFile(this.pathOf(unit), text, { mode: 0o644 }));
  }

  async remove(unit: string): Promise<void> {
    await this.#change(unit, () => rm(this.pathOf(unit), { force: true }));
  }

  /** Returns whether `systemctl` answers a question with yes. */
  async succeeds(...args: readonly string[]): Promise<boolean> {
    return (await this.#run(args)).exitCode === 0;
  }

  /** Runs `systemctl`. @throws the error of `UnitFaults.failed` */
  async systemctl(...args: readonly string[]): Promise<void> {
    const outcome = await this.#run(args);
    if (outcome.exitCode !== 0) throw this.#faults.failed(`systemctl ${args.join(' ')}`, outcome);
  }

  #run(args: readonly string[]): Promise<CommandOutcome> {
    return this.#runner.run({ argv: ['systemctl', ...args], timeoutMs: TIMEOUT_MS });
  }

  async #change(unit: string, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      const { code } = error as { readonly code?: string };
      throw this.#faults.denied(this.pathOf(unit), code ?? 'unknown error');
    }
  }
}

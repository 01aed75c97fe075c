import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import { lastLine } from '../../core/last-line.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { ServiceManager } from '../../ports/service-manager.ts';

const TIMEOUT_MS = 60_000;

export interface SystemdPaths {
  /** directory of the administrator's units */
  readonly units: string;
  /** exists where systemd is the init system, as sd_booted(3) checks */
  readonly runtime: string;
}

export const SYSTEMD_PATHS: SystemdPaths = { units: '/etc/systemd/system', runtime: '/run/systemd/system' };

/** systemd, by its unit files and `systemctl`. */
export class Systemd implements ServiceManager {
  readonly #runner: Pick<CommandRunner, 'run'>;
  readonly #paths: SystemdPaths;

  constructor(runner: Pick<CommandRunner, 'run'>, paths: SystemdPaths = SYSTEMD_PATHS) {
    this.#runner = runner;
    this.#paths = paths;
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

  async isEnabled(unit: string): Promise<boolean> {
    const argv = ['systemctl', 'is-enabled', '--quiet', unit] as const;
    const { exitCode } = await this.#runner.run({ argv, timeoutMs: TIMEOUT_MS });
    return exitCode === 0;
  }

  async install(unit: string, text: string): Promise<void> {
    await this.#change(unit, () => writeFile(this.pathOf(unit), text, { mode: 0o644 }));
    await this.#systemctl('daemon-reload');
    await this.#systemctl('enable', '--quiet', unit);
  }

  async remove(unit: string): Promise<void> {
    if ((await this.read(unit)) === null) return;
    await this.#systemctl('disable', '--quiet', unit);
    await this.#change(unit, () => rm(this.pathOf(unit), { force: true }));
    await this.#systemctl('daemon-reload');
  }

  async #change(unit: string, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      const { code } = error as { readonly code?: string };
      throw new RmaError(
        'RMA_BOOT_DENIED',
        `cannot write ${this.pathOf(unit)} (${code ?? 'unknown error'})`,
        {
          exitCode: EXIT.notReady,
          hint: 'system units are owned by root: run the command again with sudo',
          cause: error,
        },
      );
    }
  }

  async #systemctl(...args: readonly string[]): Promise<void> {
    const outcome = await this.#runner.run({ argv: ['systemctl', ...args], timeoutMs: TIMEOUT_MS });
    if (outcome.exitCode === 0) return;
    const reason = lastLine(outcome.stderr) ?? `exit code ${outcome.exitCode}`;
    throw new RmaError('RMA_BOOT_FAILED', `systemctl ${args.join(' ')} failed: ${reason}`, {
      hint: 'check the service manager: systemctl status',
    });
  }
}

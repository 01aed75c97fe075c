import { EXIT, RmaError } from '../../core/errors.ts';
import { lastLine } from '../../core/last-line.ts';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';
import type { ServiceManager } from '../../ports/service-manager.ts';
import { SYSTEMD_PATHS, type SystemdPaths, Units } from './units.ts';

/** systemd, by its unit files and `systemctl`. */
export class Systemd implements ServiceManager {
  readonly #units: Units;

  constructor(runner: Pick<CommandRunner, 'run'>, paths: SystemdPaths = SYSTEMD_PATHS) {
    this.#units = new Units(runner, paths, { denied: bootDenied, failed: bootFailed });
  }

  isPresent(): Promise<boolean> {
    return this.#units.isPresent();
  }

  pathOf(unit: string): string {
    return this.#units.pathOf(unit);
  }

  read(unit: string): Promise<string | null> {
    return this.#units.read(unit);
  }

  isEnabled(unit: string): Promise<boolean> {
    return this.#units.succeeds('is-enabled', '--quiet', unit);
  }

  async install(unit: string, text: string): Promise<void> {
    await this.#units.write(unit, text);
    await this.#units.systemctl('daemon-reload');
    await this.#units.systemctl('enable', '--quiet', unit);
  }

  async remove(unit: string): Promise<void> {
    if ((await this.read(unit)) === null) return;
    await this.#units.systemctl('disable', '--quiet', unit);
    await this.#units.remove(unit);
    await this.#units.systemctl('daemon-reload');
  }
}

function bootDenied(path: string, code: string): RmaError {
  return new RmaError('RMA_BOOT_DENIED', `cannot write ${path} (${code})`, {
    exitCode: EXIT.notReady,
    hint: 'system units are owned by root: run the command again with sudo',
  });
}

function bootFailed(command: string, { stderr, exitCode }: CommandOutcome): RmaError {
  const reason = lastLine(stderr) ?? `exit code ${exitCode}`;
  return new RmaError('RMA_BOOT_FAILED', `${command} failed: ${reason}`, {
    hint: 'check the service manager: systemctl status',
  });
}

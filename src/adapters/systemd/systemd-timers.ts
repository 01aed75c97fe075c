import { failureReason } from '../../core/last-line.ts';
import type { SchedulePart } from '../../core/schedule/schedule.ts';
import { scheduleDenied, schedulerFailed } from '../../core/schedule/schedule-faults.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { SYSTEMD_PATHS, type SystemdPaths, Units } from './units.ts';

/** The timers of systemd: each a service and a timer of the same name. */
export class SystemdTimers implements Scheduler {
  readonly kind = 'systemd';
  readonly #units: Units;

  constructor(runner: Pick<CommandRunner, 'run'>, paths: SystemdPaths = SYSTEMD_PATHS) {
    this.#units = new Units(runner, paths, {
      denied: scheduleDenied,
      failed: (command, outcome) => schedulerFailed(command, failureReason(outcome)),
    });
  }

  isPresent(): Promise<boolean> {
    return this.#units.isPresent();
  }

  pathOf(file: string): string {
    return this.#units.pathOf(file);
  }

  async read(name: string): Promise<readonly SchedulePart[]> {
    const parts: SchedulePart[] = [];
    for (const file of [`${name}.service`, `${name}.timer`]) {
      const text = await this.#units.read(file);
      if (text !== null) parts.push({ file, text });
    }
    return parts;
  }

  isActive(name: string): Promise<boolean> {
    return this.#units.succeeds('is-active', '--quiet', `${name}.timer`);
  }

  async install(name: string, parts: readonly SchedulePart[]): Promise<void> {
    for (const { file, text } of parts) await this.#units.write(file, text);
    await this.#units.systemctl('daemon-reload');
    await this.#units.systemctl('enable', '--quiet', `${name}.timer`);
    // `enable --now` would keep the times of a timer that runs already
    await this.#units.systemctl('restart', `${name}.timer`);
  }

  async remove(name: string): Promise<void> {
    const parts = await this.read(name);
    if (parts.length === 0) return;
    const timer = parts.find(({ file }) => file.endsWith('.timer'));
    if (timer !== undefined) {
      await this.#units.systemctl('stop', timer.file);
      await this.#units.systemctl('disable', '--quiet', timer.file);
    }
    for (const { file } of parts) await this.#units.remove(file);
    await this.#units.systemctl('daemon-reload');
  }
}

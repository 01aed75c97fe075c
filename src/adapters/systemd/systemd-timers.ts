import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failureReason } from '../../core/last-line.ts';
import type { SchedulePart } from '../../core/schedule/schedule.ts';
import { scheduleDenied, schedulerFailed } from '../../core/schedule/schedule-faults.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { SYSTEMD_PATHS, type SystemdPaths } from './systemd.ts';

const TIMEOUT_MS = 60_000;

/** The timers of systemd: each a service and a timer of the same name. */
export class SystemdTimers implements Scheduler {
  readonly kind = 'systemd';
  readonly #runner: Pick<CommandRunner, 'run'>;
  readonly #paths: SystemdPaths;

  constructor(runner: Pick<CommandRunner, 'run'>, paths: SystemdPaths = SYSTEMD_PATHS) {
    this.#runner = runner;
    this.#paths = paths;
  }

  async isPresent(): Promise<boolean> {
    return (await stat(this.#paths.runtime).catch(() => null))?.isDirectory() ?? false;
  }

  pathOf(file: string): string {
    return join(this.#paths.units, file);
  }

  async read(name: string): Promise<readonly SchedulePart[]> {
    const parts: SchedulePart[] = [];
    for (const file of unitsOf(name)) {
      const text = await readFile(this.pathOf(file), 'utf8').catch(() => null);
      if (text !== null) parts.push({ file, text });
    }
    return parts;
  }

  async isActive(name: string): Promise<boolean> {
    const argv = ['systemctl', 'is-active', '--quiet', `${name}.timer`] as const;
    return (await this.#runner.run({ argv, timeoutMs: TIMEOUT_MS })).exitCode === 0;
  }

  async install(name: string, parts: readonly SchedulePart[]): Promise<void> {
    for (const { file, text } of parts) {
      await this.#change(file, () => writeFile(this.pathOf(file), text, { mode: 0o644 }));
    }
    await this.#systemctl('daemon-reload');
    await this.#systemctl('enable', '--quiet', `${name}.timer`);
    // `enable --now` would keep the times of a timer that runs already
    await this.#systemctl('restart', `${name}.timer`);
  }

  async remove(name: string): Promise<void> {
    const parts = await this.read(name);
    if (parts.length === 0) return;
    const timer = parts.find(({ file }) => file.endsWith('.timer'));
    if (timer !== undefined) {
      await this.#systemctl('stop', timer.file);
      await this.#systemctl('disable', '--quiet', timer.file);
    }
    for (const { file } of parts) await this.#change(file, () => rm(this.pathOf(file), { force: true }));
    await this.#systemctl('daemon-reload');
  }

  async #change(file: string, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      const { code } = error as { readonly code?: string };
      throw scheduleDenied(this.pathOf(file), code ?? 'unknown error');
    }
  }

  async #systemctl(...args: readonly string[]): Promise<void> {
    const outcome = await this.#runner.run({ argv: ['systemctl', ...args], timeoutMs: TIMEOUT_MS });
    if (outcome.exitCode !== 0) throw schedulerFailed(`systemctl ${args.join(' ')}`, failureReason(outcome));
  }
}

function unitsOf(name: string): readonly string[] {
  return [`${name}.service`, `${name}.timer`];
}

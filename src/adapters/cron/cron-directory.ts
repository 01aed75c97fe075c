import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SchedulePart } from '../../core/schedule/schedule.ts';
import { scheduleDenied } from '../../core/schedule/schedule-faults.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { hasCrontab } from './user-crontab.ts';

const DIRECTORY = '/etc/cron.d';

/** The directory of cron for files of the administrator. */
export class CronDirectory implements Scheduler {
  readonly kind = 'cron.d';
  readonly #runner: Pick<CommandRunner, 'run'>;
  readonly #directory: string;

  constructor(runner: Pick<CommandRunner, 'run'>, directory: string = DIRECTORY) {
    this.#runner = runner;
    this.#directory = directory;
  }

  /** Packages that only put files there create the directory on machines without cron: cron itself has the program crontab. */
  async isPresent(): Promise<boolean> {
    const directory = await stat(this.#directory).catch(() => null);
    return directory?.isDirectory() === true && (await hasCrontab(this.#runner));
  }

  pathOf(file: string): string {
    return join(this.#directory, file);
  }

  async read(name: string): Promise<readonly SchedulePart[]> {
    const text = await readFile(this.pathOf(name), 'utf8').catch(() => null);
    return text === null ? [] : [{ file: name, text }];
  }

  async isActive(): Promise<null> {
    return null;
  }

  async install(_name: string, parts: readonly SchedulePart[]): Promise<void> {
    for (const { file, text } of parts) await this.#change(file, () => this.#write(file, text));
  }

  async remove(name: string): Promise<void> {
    await this.#change(name, () => rm(this.pathOf(name), { force: true }));
  }

  /** cron reads only names without a dot, so never the temporary file. It rejects files that others may write. */
  async #write(file: string, text: string): Promise<void> {
    const path = this.pathOf(file);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      await writeFile(temporary, text, { mode: 0o644 });
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #change(file: string, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      const { code } = error as { readonly code?: string };
      throw scheduleDenied(this.pathOf(file), code ?? 'unknown error');
    }
  }
}

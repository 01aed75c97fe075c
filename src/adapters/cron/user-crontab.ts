import { cannotStart } from '../../core/cannot-start.ts';
import { failureReason } from '../../core/last-line.ts';
import { readBlock, withBlock, withoutBlock } from '../../core/schedule/crontab-block.ts';
import type { SchedulePart } from '../../core/schedule/schedule.ts';
import { schedulerFailed } from '../../core/schedule/schedule-faults.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { Scheduler } from '../../ports/scheduler.ts';

const TIMEOUT_MS = 60_000;
/** What a decoder returns for bytes that are not UTF-8. */
const NOT_UTF8 = '\uFFFD';
/** How the crons of Debian, Red Hat and BusyBox report a user without a crontab. */
const NONE = /no crontab for|can't open .*no such file/i;

/** The crontab of the user who runs rma, by the program crontab. */
export class UserCrontab implements Scheduler {
  readonly kind = 'crontab';
  readonly #runner: Pick<CommandRunner, 'run'>;

  constructor(runner: Pick<CommandRunner, 'run'>) {
    this.#runner = runner;
  }

  async isPresent(): Promise<boolean> {
    return hasCrontab(this.#runner);
  }

  pathOf(file: string): string {
    return `crontab -l, lines ${file}`;
  }

  /** A user who may not use crontab (/etc/cron.allow) has no schedule there. */
  async read(name: string): Promise<readonly SchedulePart[]> {
    if (!(await this.isPresent())) return [];
    const { exitCode, stdout } = await crontab(this.#runner, ['-l']);
    const text = exitCode === 0 ? readBlock(stdout, name) : null;
    return text === null ? [] : [{ file: name, text }];
  }

  async isActive(): Promise<null> {
    return null;
  }

  async install(name: string, parts: readonly SchedulePart[]): Promise<void> {
    const text = parts.map((part) => part.text).join('');
    await this.#replace(withBlock(await this.#list(), { name, text }));
  }

  async remove(name: string): Promise<void> {
    const crontab = await this.#list();
    const rest = withoutBlock(crontab, name);
    if (rest !== crontab) await this.#replace(rest);
  }

  /** Only an answer that means "none" counts as empty: what is written later replaces the whole crontab. */
  async #list(): Promise<string> {
    const outcome = await crontab(this.#runner, ['-l']);
    if (outcome.exitCode === 0) {
      if (outcome.stdout.includes(NOT_UTF8)) throw schedulerFailed('crontab -l', 'the crontab is not UTF-8');
      return outcome.stdout;
    }
    if (NONE.test(outcome.stderr)) return '';
    throw schedulerFailed('crontab -l', failureReason(outcome));
  }

  async #replace(text: string): Promise<void> {
    const outcome = await crontab(this.#runner, ['-'], text);
    if (outcome.exitCode !== 0) throw schedulerFailed('crontab -', failureReason(outcome));
  }
}

/** Returns whether the machine has the program crontab, and so a cron. */
export async function hasCrontab(runner: Pick<CommandRunner, 'run'>): Promise<boolean> {
  try {
    await crontab(runner, ['-l']);
    return true;
  } catch (error) {
    if (cannotStart(error)) return false;
    throw error;
  }
}

async function crontab(runner: Pick<CommandRunner, 'run'>, args: readonly string[], stdin?: string) {
  const input = stdin === undefined ? {} : { stdin };
  const argv = ['crontab', ...args] as const;
  return runner.run({ argv, env: { LC_ALL: 'C' }, timeoutMs: TIMEOUT_MS, ...input });
}

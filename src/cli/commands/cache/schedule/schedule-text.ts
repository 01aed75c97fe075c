import { type PrunePolicy, removesModels } from '../../../../core/cache/policy.ts';
import type { SchedulePart, SchedulerKind } from '../../../../core/schedule/schedule.ts';
import { shellQuote } from '../../../../core/shell-quote.ts';
import type { Scheduler } from '../../../../ports/scheduler.ts';

const TEXTS: Readonly<Record<SchedulerKind, string>> = {
  systemd: 'systemd timer',
  'cron.d': 'cron entry',
  crontab: 'cron entry',
  container: 'container',
};

/** Returns the name of a scheduler for people. */
export function backendText(kind: SchedulerKind): string {
  return TEXTS[kind];
}

/** Returns everything that is written, each part below its path. */
export function partsText(scheduler: Scheduler, parts: readonly SchedulePart[]): string {
  return parts
    .map(({ file, text }) => blockText(scheduler.pathOf(file), text.trimEnd().split('\n')))
    .join('\n');
}

/** Returns lines below a title, indented. */
export function blockText(title: string, lines: readonly string[]): string {
  return [`${title}:`, ...lines.map((line) => `  ${line}`.trimEnd())].join('\n');
}

/** Returns what each run removes. `words`: the options of the policy. */
export function policyText(policy: PrunePolicy, words: readonly string[]): string {
  const options = words.length === 0 ? '' : ` with ${words.map(shellQuote).join(' ')}`;
  return removesModels(policy)
    ? `Each run prunes${options}.`
    : `Each run removes leftovers only, no models${options}; to remove models too, add a limit such as --keep 30d.`;
}

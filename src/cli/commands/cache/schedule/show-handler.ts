import { lastScheduledRun } from '../../../../app/schedule/last-run.ts';
import { type InstalledSchedule, showSchedule } from '../../../../app/schedule/show-schedule.ts';
import type { ScheduledRun } from '../../../../core/schedule/scheduled-run.ts';
import type { Context } from '../../../context/context.ts';
import type { CommandResult } from '../../../define-command.ts';
import { localTime } from '../../../render/local-time.ts';
import { scheduleDocument } from './schedule-document.ts';
import { backendText, partsText } from './schedule-text.ts';
import { destWords, localTimeZone, type ScheduledStore, scheduledStore } from './scheduled-store.ts';

/** Shows the schedule of a store. @throws RmaError as showSchedule */
export async function showCacheSchedule(
  input: { readonly dest: string | null },
  context: Context,
): Promise<CommandResult> {
  const store = await scheduledStore(input, context);
  const host = await context.host();
  const invocation = await context.invocation();
  const timeZone = localTimeZone();
  const installed = await showSchedule(host, invocation, {
    name: store.identity.name,
    timeZone,
    lastRun: async () => {
      const { config } = await context.config();
      const runs = store.directory === null ? null : (await context.directorySchedule(store.directory)).runs;
      return lastScheduledRun(host, invocation, { config, runs, identity: store.identity });
    },
  });
  const { parts = [], scheduler } = installed ?? {};
  return {
    json: scheduleDocument(store, timeZone, installed),
    human: () => (installed === null ? notInstalled(store) : installedText(installed, store, timeZone)),
    ids: parts.map(({ file }) => scheduler?.pathOf(file) ?? file),
    ...(installed === null && {
      next: `rma cache schedule install${destWords(store)}`,
    }),
  };
}

function notInstalled({ title }: ScheduledStore): string {
  return `No schedule for ${title}.`;
}

function installedText(installed: InstalledSchedule, store: ScheduledStore, timeZone: string): string {
  const { scheduler, parts, every, active, nextRun, lastRun, missedRun } = installed;
  const activate = `rma cache schedule install${destWords(store)}`;
  const state = active === null ? '' : active ? ' (active)' : ` (inactive; to activate it: ${activate})`;
  const rows: readonly (readonly [string, string])[] = [
    ['Backend', `${backendText(scheduler.kind)}${state}`],
    ['Schedule', every === null ? 'unknown: edited by hand' : `${every} (${timeZone})`],
    ['Next run', nextRun === null ? '-' : localTime(nextRun, timeZone)],
    ['Last run', lastRun === null ? 'none recorded' : runText(lastRun, timeZone)],
    ...(missedRun === null ? [] : [['Missing', missingText(missedRun, timeZone)] as const]),
  ];
  const table = rows.map(([name, value]) => `${`${name}:`.padEnd(10)} ${value}`);
  return [...table, '', partsText(scheduler, parts)].join('\n');
}

function runText({ startedAt, summary, error }: ScheduledRun, timeZone: string): string {
  const result = error === null ? (summary ?? 'nothing to do') : `failed: ${error.message} (${error.code})`;
  return `${localTime(Date.parse(startedAt), timeZone)}, ${result}`;
}

function missingText(dueMs: number, timeZone: string): string {
  return `the run due at ${localTime(dueMs, timeZone)} has no recorded result`;
}

import { installSchedule, type ScheduleChange } from '../../../../app/schedule/install-schedule.ts';
import { scheduleContainer } from '../../../../app/schedule/schedule-container.ts';
import { type CronExpression, parseCron } from '../../../../core/schedule/cron-expression.ts';
import { lineDiff } from '../../../../core/schedule/line-diff.ts';
import { nextRun } from '../../../../core/schedule/run-times.ts';
import { type Backend, backendOf, type CommandSchedule } from '../../../../core/schedule/schedule.ts';
import type { Context } from '../../../context/context.ts';
import type { CommandResult } from '../../../define-command.ts';
import { type GivenOption, valuesOf } from '../../../option-texts.ts';
import { localTime } from '../../../render/local-time.ts';
import { storeDirectory } from '../../store-directory.ts';
import { type PolicyInput, policyOf } from '../policy-options.ts';
import { runCommand } from './run-command.ts';
import { writtenParts } from './schedule-document.ts';
import { backendText, blockText, partsText, policyText } from './schedule-text.ts';
import { destWords, localTimeZone, type ScheduledStore, scheduledStore } from './scheduled-store.ts';

type GivenPolicy = { readonly [K in keyof PolicyInput]: GivenOption<PolicyInput[K]> };

interface InstallInput extends GivenPolicy {
  readonly every: string | null;
  readonly backend: Backend | null;
  readonly dest: string | null;
  readonly dryRun: boolean;
}

/** Installs the schedule of a store. @throws RmaError as installSchedule and runCommand */
export async function installCacheSchedule(input: InstallInput, context: Context): Promise<CommandResult> {
  const { every: when, backend, dest, dryRun, ...policy } = input;
  const every = parseCron(when ?? 'daily');
  const store = await scheduledStore(input, context);
  const { name } = store.identity;
  const words = Object.values(policy).flatMap((option) => option.words);
  const timeZone = localTimeZone();
  const host = await context.host();
  await storeDirectory(dest, context);
  const invocation = await context.invocation();
  const { config } = await context.config();
  const values = policyOf(valuesOf(policy));
  const request = { ...store.identity, every: every.text, timeZone, policy: values };
  const container = scheduleContainer(host, invocation, { config, store, every, request });
  const schedule: CommandSchedule = {
    name,
    title: store.title,
    every,
    docker: store.directory === null,
    ...(await runCommand(context, store, words)),
  };
  const change = await installSchedule(host, {
    schedule,
    container: container.part,
    prepareContainer: container.prepare,
    backend,
    docker: store.directory === null,
    dryRun,
  });
  const next = nextRun(every.text, invocation.clock.now(), timeZone);
  return {
    json: installDocument({ store, every, dryRun, timeZone, next }, change),
    human: () =>
      [...changeText(change, dryRun), policyText(values, words), nextText(next, timeZone)].join('\n'),
    ids: change.parts.map(({ file }) => change.scheduler.pathOf(file)),
    ...(dryRun ? {} : { next: `rma cache schedule show${destWords(store)}` }),
  };
}

interface Installed {
  readonly store: ScheduledStore;
  readonly every: CronExpression;
  readonly dryRun: boolean;
  readonly timeZone: string;
  readonly next: number | null;
}

function installDocument(
  { store, every, dryRun, timeZone, next }: Installed,
  { scheduler, parts, change, replaces }: ScheduleChange,
): CommandResult['json'] {
  return {
    schema: 'rma.cache-schedule-install/v1',
    name: store.identity.name,
    store: store.directory,
    dryRun,
    change,
    backend: backendOf(scheduler.kind),
    every: every.text,
    timeZone,
    nextRun: next === null ? null : new Date(next).toISOString(),
    written: writtenParts(scheduler, parts),
    replaced: replaces.flatMap((each) => writtenParts(each.scheduler, each.parts)),
  };
}

function changeText(change: ScheduleChange, dryRun: boolean): readonly string[] {
  const { scheduler, parts, replaces } = change;
  const what = backendText(scheduler.kind);
  switch (change.change) {
    case 'unchanged':
      return [`Nothing to do: the ${what} is installed with these values.`];
    case 'started':
      return [`${dryRun ? 'Would activate' : 'Activated'} the ${what}; its content is unchanged.`];
    case 'installed':
      return [partsText(scheduler, parts), `${dryRun ? 'Would install' : 'Installed'} the ${what}.`];
    case 'replaced': {
      const others = replaces.filter((each) => each.scheduler !== scheduler);
      const removed = others.map((each) => partsText(each.scheduler, each.parts).replaceAll(/^/gm, '- '));
      const verb = dryRun ? 'Would replace' : 'Replaced';
      const names = [...new Set(replaces.map((each) => backendText(each.scheduler.kind)))].join(' and ');
      return [
        ...removed,
        differences(change),
        `${verb} the ${names}${others.length > 0 ? ` by: ${what}` : ''}.`,
      ];
    }
  }
}

/** Returns the parts as differences to what the same scheduler had, and whole where it had nothing. */
function differences({ scheduler, parts, replaces }: ScheduleChange): string {
  const before = replaces.find((each) => each.scheduler === scheduler)?.parts ?? [];
  const changed = parts.flatMap(({ file, text }) => {
    const old = before.find((part) => part.file === file)?.text ?? '';
    return old === text ? [] : [blockText(scheduler.pathOf(file), lineDiff(old, text))];
  });
  return changed.join('\n');
}

function nextText(next: number | null, timeZone: string): string {
  return next === null ? 'Next run: -' : `Next run: ${localTime(next, timeZone)} (${timeZone}).`;
}

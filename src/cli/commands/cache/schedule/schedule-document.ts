import type { InstalledSchedule } from '../../../../app/schedule/show-schedule.ts';
import { backendOf, type SchedulePart } from '../../../../core/schedule/schedule.ts';
import type { Scheduler } from '../../../../ports/scheduler.ts';
import type { JsonDocument } from '../../../define-command.ts';
import type { ScheduledStore } from './scheduled-store.ts';

/** Returns a schedule as JSON; without one its backend is null. */
export function scheduleDocument(
  { identity, directory }: ScheduledStore,
  timeZone: string,
  installed: InstalledSchedule | null,
): JsonDocument {
  return {
    schema: 'rma.cache-schedule/v1',
    name: identity.name,
    store: directory,
    timeZone,
    backend: installed === null ? null : backendOf(installed.scheduler.kind),
    every: installed?.every ?? null,
    active: installed?.active ?? null,
    nextRun: instant(installed?.nextRun ?? null),
    lastRun: installed?.lastRun ?? null,
    missedRun: instant(installed?.missedRun ?? null),
    written: installed === null ? [] : writtenParts(installed.scheduler, installed.parts),
  };
}

/** Returns the parts of a schedule with their paths. */
export function writtenParts(scheduler: Scheduler, parts: readonly SchedulePart[]): readonly object[] {
  return parts.map(({ file, text }) => ({ path: scheduler.pathOf(file), text }));
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

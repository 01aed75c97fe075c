import type { HistoryEntry } from '../domain/history.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { samePin } from '../source/lock-file.ts';
import { parseResolved } from '../source/resolved-file.ts';

type Service = HistoryEntry['stack']['services'][number];

/** A service that two entries have. */
interface Kept {
  readonly was: Service;
  readonly is: Service;
}

/** More services than these are counted only. */
const SHOWN = 3;

/**
 * Returns what an entry changed, in words: `+gpu-worker`, `new image of gpu-worker-vllm`, `2 models changed`; empty: nothing.
 * @param before the entry before it; null: none
 * @throws RmaError RMA_RESOLVED_INVALID (2)
 */
export function describedChanges(entry: HistoryEntry, before: HistoryEntry | null): readonly string[] {
  const [profilesBefore, profiles] = [profilesOf(before), profilesOf(entry)];
  const kept = keptServices(entry, before);
  const models = before === null ? new Set<string>() : changedModels(entry, before, kept);
  const withNewImage = kept.filter((each) => hasNewImage(each, entry, before));
  const withNewModels = profilesOf(entry, ({ models: own }) => own.some((ref) => models.has(ref)));
  const other = kept.filter(
    (each) =>
      each.was.configHash !== each.is.configHash &&
      !withNewImage.includes(each) &&
      !withNewModels.includes(each.is.profile ?? ''),
  );
  return [
    ...profiles.filter((name) => !profilesBefore.includes(name)).map((name) => `+${name}`),
    ...profilesBefore.filter((name) => !profiles.includes(name)).map((name) => `-${name}`),
    ...imageTexts(withNewImage),
    ...(models.size === 0 ? [] : [models.size === 1 ? '1 model changed' : `${models.size} models changed`]),
    ...(other.length === 0 ? [] : [`${listed(other)} changed`]),
  ];
}

/** Returns the models of the services of an entry, by canonical reference. @throws RmaError RMA_RESOLVED_INVALID (2) */
export function modelsOf({
  stack,
  files,
  number,
}: Pick<HistoryEntry, 'stack' | 'files' | 'number'>): ReadonlyMap<string, PinnedModel> {
  const { pinned } = parseResolved(files.resolved, `entry ${number} of the history`);
  const refs = new Set(stack.services.flatMap(({ models }) => models));
  return new Map(
    [...pinned.values()].filter(({ ref }) => refs.has(ref)).map((model) => [model.ref, model] as const),
  );
}

function profilesOf(
  entry: HistoryEntry | null,
  has: (service: Service) => boolean = () => true,
): readonly string[] {
  const workers = (entry?.stack.services ?? []).filter(({ role }) => role === 'worker').filter(has);
  return workers.flatMap(({ profile }) => profile ?? []);
}

function keptServices({ stack }: HistoryEntry, before: HistoryEntry | null): readonly Kept[] {
  const old = new Map(before?.stack.services.map((service) => [service.name, service]));
  return stack.services.flatMap((is) => {
    const was = old.get(is.name);
    return was === undefined ? [] : [{ was, is }];
  });
}

function hasNewImage({ was, is }: Kept, { images }: HistoryEntry, before: HistoryEntry | null): boolean {
  if (was.image !== is.image) return true;
  const [oldId, id] = [before?.images[was.image]?.id, images[is.image]?.id];
  return oldId !== undefined && id !== undefined && oldId !== id;
}

/** Returns the models of services of both entries that one of them lacks, or that are other files now. */
function changedModels(
  entry: HistoryEntry,
  before: HistoryEntry,
  kept: readonly Kept[],
): ReadonlySet<string> {
  const [was, is] = [modelsOf(before), modelsOf(entry)];
  const refs = new Set(kept.flatMap((each) => [...each.was.models, ...each.is.models]));
  const isChanged = (ref: string): boolean => {
    const [old, now] = [was.get(ref), is.get(ref)];
    return old === undefined || now === undefined || !samePin(old, now);
  };
  return new Set([...refs].filter(isChanged));
}

function imageTexts(services: readonly Kept[]): readonly string[] {
  const engines = services.filter(({ is }) => is.role === 'engine');
  return [
    ...(engines.length < services.length ? ['new worker image'] : []),
    ...(engines.length === 0 ? [] : [`new image of ${listed(engines)}`]),
  ];
}

function listed(services: readonly Kept[]): string {
  const names = services.map(({ is }) => is.name);
  const more = names.length - SHOWN;
  const shown = names.slice(0, SHOWN).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

import type { RmaConfig, SettingOrigin } from '../domain/config.ts';
import { SETTINGS } from './settings.ts';
import { volumeText } from './volume-text.ts';

/** What `rma up` recorded in the state directory of a project. */
export interface RecordedProject {
  /** null: not recorded, or the directory is a copy of that of another project */
  readonly project: string | null;
  /** texts by key of the setting */
  readonly settings: Readonly<Record<string, string>>;
}

export const NOTHING_RECORDED: RecordedProject = { project: null, settings: {} };

/** Settings of `rma up` that later commands keep: they decide where the data is, and without them it would seem to be gone. */
export const RECORDED_SETTINGS = [
  SETTINGS.store,
  SETTINGS.cache,
  SETTINGS.owner,
  SETTINGS.nfsOptions,
] as const;

/** Returns the settings to record, as texts by key: those of options, and those recorded before. */
export function settingsToRecord(
  { volumes, owner, nfsOptions }: Pick<RmaConfig, 'volumes' | 'owner' | 'nfsOptions'>,
  origins: Readonly<Record<string, SettingOrigin>>,
): Readonly<Record<string, string>> {
  const texts: Readonly<Record<string, string | null>> = {
    [SETTINGS.store.key]: volumeText(volumes.store),
    [SETTINGS.cache.key]: volumeText(volumes.cache),
    [SETTINGS.owner.key]: owner === null ? null : `${owner.uid}:${owner.gid}`,
    [SETTINGS.nfsOptions.key]: nfsOptions,
  };
  return Object.fromEntries(
    RECORDED_SETTINGS.flatMap(({ key }): (readonly [string, string])[] => {
      const text = texts[key] ?? null;
      const isOption = origins[key]?.from === 'flag' || origins[key]?.from === 'recorded';
      return isOption && text !== null ? [[key, text]] : [];
    }),
  );
}

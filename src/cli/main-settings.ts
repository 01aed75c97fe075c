import type { SETTINGS } from '../core/config/settings.ts';

/** A setting by its name in `SETTINGS`. */
export type SettingName = keyof typeof SETTINGS;

/** Settings of commands that place services on this machine. */
export const SERVICE_SETTINGS: readonly SettingName[] = ['profiles', 'store', 'gpuVisible', 'ports'];

/** Settings of commands that read or change a store, and contact no hub. */
export const STORE_SETTINGS: readonly SettingName[] = ['store', 'owner'];

/** Settings of commands that resolve references on hubs. */
export const HUB_COMMAND_SETTINGS: readonly SettingName[] = [
  'profiles',
  'store',
  'hubEndpoint',
  'hubTokenFile',
  'offline',
];

/** Settings of commands that download models. */
export const DOWNLOAD_SETTINGS: readonly SettingName[] = [
  ...HUB_COMMAND_SETTINGS,
  'maxRate',
  'connections',
  'window',
  'peers',
  'peerTokenFile',
  'frozen',
  'allowPickle',
];

/** Settings of commands about the volumes of a project. */
export const VOLUME_SETTINGS: readonly SettingName[] = ['store', 'cache', 'owner', 'nfsOptions'];

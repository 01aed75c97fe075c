import type { Device } from './devices.ts';

/** The settings that the hook reads when a container starts. */
export interface HookSettings {
  readonly devices: readonly Device[];
  /** a fault: a request for the first gets the second */
  readonly instead: Readonly<Record<string, string>>;
}

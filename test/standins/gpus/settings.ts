import type { Device } from './devices.ts';

/** What the hook reads each time a container starts. */
export interface HookSettings {
  readonly devices: readonly Device[];
  /** a fault: who asks for the first gets the second */
  readonly instead: Readonly<Record<string, string>>;
}

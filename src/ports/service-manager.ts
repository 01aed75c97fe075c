/** The service manager of one machine, which starts units at boot. Only systemd is known. */
export interface ServiceManager {
  /** Returns whether it manages this machine. */
  isPresent(): Promise<boolean>;
  /** Returns the text of an installed unit; null if it is not installed. */
  read(unit: string): Promise<string | null>;
  /** Returns the path of a unit, whether it exists or not. */
  pathOf(unit: string): string;
  isEnabled(unit: string): Promise<boolean>;
  /** Writes a unit and enables it. @throws RmaError RMA_BOOT_DENIED (3), RMA_BOOT_FAILED (1) */
  install(unit: string, text: string): Promise<void>;
  /** Disables and deletes a unit. A missing one is not an error. @throws RmaError as install */
  remove(unit: string): Promise<void>;
}

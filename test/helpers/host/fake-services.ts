import type { ServiceManager } from '../../../src/ports/service-manager.ts';

/** A service manager in memory; absent until `present` is set. */
export class FakeServices implements ServiceManager {
  present = false;
  readonly units = new Map<string, string>();

  async isPresent(): Promise<boolean> {
    return this.present;
  }

  async read(unit: string): Promise<string | null> {
    return this.units.get(unit) ?? null;
  }

  pathOf(unit: string): string {
    return `/etc/systemd/system/${unit}`;
  }

  async isEnabled(unit: string): Promise<boolean> {
    return this.units.has(unit);
  }

  async install(unit: string, text: string): Promise<void> {
    this.units.set(unit, text);
  }

  async remove(unit: string): Promise<void> {
    this.units.delete(unit);
  }
}

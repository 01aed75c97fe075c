import { join } from 'node:path';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { ensureDir } from '../../../src/adapters/store/disk/files.ts';
import { GenerationLog } from '../../../src/adapters/store/lease/generation-log.ts';
import { Leases } from '../../../src/adapters/store/lease/lease.ts';
import { JumpingClock } from '../clock/jumping-clock.ts';
import { quickFolder } from '../files/temp-folder.ts';

export interface LeaseSetup {
  readonly root: string;
  readonly clock: JumpingClock;
  readonly leases: Leases;
  readonly log: GenerationLog;
}

/** Returns the leases of a new store, and the log of the lease `key`. */
export async function leasesForTest(options: { disk?: Disk; boot?: string } = {}): Promise<LeaseSetup> {
  const root = quickFolder();
  const clock = new JumpingClock();
  const disk = options.disk ?? realDisk;
  const [dir, staging] = [join(root, 'leases'), join(root, 'staging')];
  await ensureDir(realDisk, staging);
  const leases = new Leases({ disk, clock, dir, staging, boot: options.boot ?? null });
  return { root, clock, leases, log: new GenerationLog(realDisk, join(dir, 'key'), staging) };
}

/** boot ID of the host */
export const BOOT = 'd5f0ee5c-7a63-4a3c-8a3f-3d1b3f0f1c11';
/** the record of another holder, without its token */
export const LATER = { schema: 'rma.lease/v1', host: 'b', boot: null, pid: 2, witness: null } as const;

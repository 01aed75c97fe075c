// Acquires one lease many times, then releases or discards it. Creates a directory while holding it, which fails for two holders.
import { appendFileSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import { bootId } from '../../../../src/adapters/store/disk/boot-id.ts';
import { realDisk } from '../../../../src/adapters/store/disk/disk.ts';
import { Leases } from '../../../../src/adapters/store/lease/lease.ts';
import type { Clock } from '../../../../src/ports/clock.ts';

const [root = '', rounds = '', judge = '', end = ''] = process.argv.slice(2);
const quickClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms >= 10_000 ? ms : 1, signal),
};
const leases = new Leases({
  disk: realDisk,
  clock: quickClock,
  dir: join(root, 'leases'),
  staging: join(root, 'staging'),
  boot: judge === 'liveness socket' ? bootId() : null,
});

for (let round = 0; round < Number(rounds); round += 1) {
  const lease = await leases.acquire('key', () => undefined, new AbortController().signal);
  try {
    mkdirSync(join(root, 'held'));
    await new Promise((resolve) => setImmediate(resolve));
    rmdirSync(join(root, 'held'));
    appendFileSync(join(root, 'acquired'), '.');
  } catch {
    appendFileSync(join(root, 'violations'), 'x');
  }
  await (end === 'discard' ? lease.discard() : lease.release());
}

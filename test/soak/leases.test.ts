import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bootId } from '../../src/adapters/store/disk/boot-id.ts';
import { realDisk } from '../../src/adapters/store/disk/disk.ts';
import { ensureDir } from '../../src/adapters/store/disk/files.ts';
import { Leases } from '../../src/adapters/store/lease/lease.ts';
import { PRUNE_LEASE } from '../../src/core/store/lease-name.ts';
import { JumpingClock } from '../helpers/clock/jumping-clock.ts';
import { quickFolder } from '../helpers/files/temp-folder.ts';
import { bundleProgram } from '../helpers/process/program.ts';
import { randomOf } from '../helpers/random/seeded.ts';
import { LeaseCrowd } from '../helpers/store/lease-crowd.ts';

const PROCESSES = 12;
const SEED = 20261128;
const STEPS = 400;
const KEYS = ['hf-a', 'hf-b', 'ollama-c', PRUNE_LEASE];
const worker = fileURLToPath(new URL('../adapters/store/programs/lease-worker.ts', import.meta.url));

/** Returns what was written by a process that was not the last one to hold the lease. */
function intrusions(witness: string): readonly string[] {
  const found: string[] = [];
  let holder = '';
  let isHeld = false;
  for (const line of witness.trim().split('\n')) {
    const [what = '', id = ''] = line.split(' ');
    if (what === 'published' && (id !== holder || !isHeld)) found.push(line);
    if (what === 'held') holder = id;
    isHeld = what === 'held';
  }
  return found;
}

test('[fail L1] [fail L7] [fail U1] twelve processes that are killed and suspended never publish under a lease that another has taken, and all leases are free at the end', async () => {
  const root = quickFolder();
  await ensureDir(realDisk, join(root, 'staging'));
  writeFileSync(join(root, 'seconds'), '');
  for (const key of KEYS) appendFileSync(join(root, `witness-${key}`), '');
  const program = await bundleProgram(worker);
  const crowd = new LeaseCrowd({ program, root, keys: KEYS, seed: SEED });
  for (let count = 0; count < PROCESSES; count += 1) crowd.start();

  const random = randomOf(SEED);
  for (let step = 0; step < STEPS; step += 1) {
    const holder = await crowd.nextHolder();
    const chance = random();
    if (holder === null) await crowd.passTenSeconds();
    else if (chance < 0.15) await crowd.kill(holder);
    else if (chance < 0.4) crowd.suspend(holder);
    else crowd.publish(holder);
    if (random() < 0.3) await crowd.passTenSeconds();
    crowd.wakeExpired();
  }
  await crowd.end();

  expect(crowd.faults).toEqual([]);
  const { killed, suspended, lost, published } = crowd.counts;
  expect(Math.min(killed, suspended, lost, published), JSON.stringify(crowd.counts)).toBeGreaterThan(10);
  for (const key of KEYS) {
    const witness = readFileSync(join(root, `witness-${key}`), 'utf8');
    expect(intrusions(witness), `${key}, seed ${SEED}`).toEqual([]);
  }
  const clock = new JumpingClock();
  const [dir, staging] = [join(root, 'leases'), join(root, 'staging')];
  const leases = new Leases({ disk: realDisk, clock, dir, staging, boot: bootId() });
  expect(await leases.active()).toEqual(new Set());
});

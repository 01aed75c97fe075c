// Takes leases until it is stopped. Prints what it does, and publishes on request; the time is the size of a file.
import { appendFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import { bootId } from '../../../../src/adapters/store/disk/boot-id.ts';
import { realDisk } from '../../../../src/adapters/store/disk/disk.ts';
import { Leases } from '../../../../src/adapters/store/lease/lease.ts';
import { PRUNE_LEASE } from '../../../../src/core/store/lease-name.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { randomOf } from '../../../helpers/random/seeded.ts';

const [root = '', id = '', seed = '', ...keys] = process.argv.slice(2);
const random = randomOf(Number(seed));
const commands = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const never = new AbortController().signal;

const say = (...words: readonly string[]): void => void writeSync(1, `${words.join(' ')}\n`);
const write = (key: string, ...words: readonly string[]): void =>
  appendFileSync(join(root, `witness-${key}`), `${words.join(' ')}\n`);

/** The clock runs only when the test advances it. */
const seconds = (): number => statSync(join(root, 'seconds')).size;
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => seconds() * 1000,
  sleep: async (ms, signal) => {
    if (ms < 10_000) return systemClock.sleep(2, signal);
    const start = seconds();
    // all earlier heartbeats are written
    say('beat', String(start));
    while (seconds() < start + ms / 1000) await systemClock.sleep(2, signal);
  },
};
const leases = new Leases({
  disk: realDisk,
  clock,
  dir: join(root, 'leases'),
  staging: join(root, 'staging'),
  boot: bootId(),
});

/** Returns the leases whose models a prune may change: those that no process holds. */
async function pruned(): Promise<readonly string[]> {
  const active = await leases.active();
  return keys.filter((key) => key !== PRUNE_LEASE && !active.has(key));
}

for (let isOver = false; !isOver; ) {
  const key = keys[Math.floor(random() * keys.length)] ?? '';
  say('wait', key);
  const lease = await leases.acquire(key, () => undefined, never);
  lease.lost.addEventListener('abort', () => say('fenced', key));
  if (key !== PRUNE_LEASE) await leases.waitFor(PRUNE_LEASE, () => undefined, never);
  try {
    await lease.confirm();
    write(key, 'held', id);
    say('held', key);
    const command = await commands.next();
    isOver = command.done === true || command.value === 'end';
    const free = key === PRUNE_LEASE ? await pruned() : [];
    await lease.confirm();
    write(key, 'published', id);
    for (const each of free) write(each, 'pruned', id);
    say('published', key);
  } catch (error) {
    say('lost', key, String(Object(error).code));
  }
  await lease.release();
  say('free', key);
}
process.exit(0);

import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { DockerodeEngine } from '../../../src/adapters/docker/dockerode-engine.ts';
import { systemProcesses } from '../../../src/adapters/system/processes.ts';
import { reserve } from '../../../src/app/lock/reserve.ts';
import { takeLock } from '../../../src/app/lock/take-lock.ts';
import { observeUse, validOf } from '../../../src/app/observe/observe-locks.ts';
import type { PlannedReservation, ReservedService } from '../../../src/core/domain/lock.ts';

// Plans in a project of its own as `up` does, on imagined GPUs of 10 bytes each and 30 bytes of RAM: takes what is free, checks
// that nothing was reserved twice, and releases it. Arguments: engine, run, project, rounds, and the round in which it kills itself.
const [endpoint = '', run = '', project = '', rounds = '', killed = ''] = process.argv.slice(2);
const GPUS = ['GPU-0', 'GPU-1', 'GPU-2'].map((uuid) => `${run}-${uuid}`);
const GPU_BYTES = 10;
const RAM_BYTES = 30;

const host = { engine: new DockerodeEngine(endpoint) };
const invocation = {
  clock: systemClock,
  processes: systemProcesses,
  randomKey: () => randomBytes(32).toString('hex'),
  reporter: { emit: () => undefined },
  signal: new AbortController().signal,
};

interface Use {
  readonly bytes: number;
  readonly isExclusive: boolean;
  readonly users: number;
}

function useOf(uuid: string, all: readonly PlannedReservation[]): Use {
  const here = all.filter(({ devices }) => devices.includes(uuid));
  return {
    bytes: here.reduce((sum, { bytesPerGpu }) => sum + bytesPerGpu, 0),
    isExclusive: here.some(({ exclusive }) => exclusive),
    users: here.length,
  };
}

const ramOf = (all: readonly PlannedReservation[]) => all.reduce((sum, { ramBytes }) => sum + ramBytes, 0);

/** Returns a service on a free GPU, exclusive in every other round; null if nothing is free. */
function place(all: readonly PlannedReservation[], round: number): ReservedService | null {
  const exclusive = round % 2 === 0;
  const [bytesPerGpu, ramBytes] = [4, 9];
  const uuid = GPUS.find((each) => {
    const { bytes, isExclusive, users } = useOf(each, all);
    return !isExclusive && (exclusive ? users === 0 : bytes + bytesPerGpu <= GPU_BYTES);
  });
  if (uuid === undefined || ramOf(all) + ramBytes > RAM_BYTES) return null;
  return { service: 'service', devices: [uuid], bytesPerGpu, exclusive, ramBytes, workers: [] };
}

function check(all: readonly PlannedReservation[]): void {
  for (const uuid of GPUS) {
    const use = useOf(uuid, all);
    if (use.isExclusive && use.users > 1)
      throw new Error(`${uuid} is reserved twice: ${JSON.stringify(all)}`);
    if (use.bytes > GPU_BYTES) throw new Error(`${uuid} is overcommitted: ${JSON.stringify(all)}`);
  }
  if (ramOf(all) > RAM_BYTES) throw new Error(`RAM is overcommitted: ${JSON.stringify(all)}`);
}

const reservations = async () => {
  const { allContainers, locks } = await observeUse(host, invocation);
  const valid = validOf(locks).filter((each) => each.project.startsWith(run));
  return {
    allContainers,
    valid,
    snapshot: { allContainers, reservations: validOf(locks), volumes: new Map() },
  };
};

const key = { kind: 'project', project } as const;
const lock = await takeLock(host, invocation, { key, command: 'up', waitMs: 60_000 });
for (let round = 0; round < Number(rounds); ) {
  const { valid, snapshot } = await reservations();
  check(valid);
  const service = place(
    valid.filter((each) => each.project !== project),
    round,
  );
  if (service === null) {
    await systemClock.sleep(50);
    continue;
  }
  const reserved = await reserve(host, invocation, { project, lock, services: [service], snapshot });
  if (reserved === null) continue;
  check((await reservations()).valid);
  if (round === Number(killed)) process.kill(process.pid, 'SIGKILL');
  await reserved.release();
  round += 1;
}
await host.engine.removeVolumes([`rma-lock-${project}.${lock.generation}`]);

import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { DockerodeEngine } from '../../src/adapters/docker/dockerode-engine.ts';
import { systemProcesses } from '../../src/adapters/system/processes.ts';
import { takeLock } from '../../src/app/lock/take-lock.ts';
import type { LockKey, LockOwner } from '../../src/core/domain/lock.ts';
import { EXPIRES_MS } from '../../src/core/reservation/holder-state.ts';
import { lockLabels, lockVolume } from '../../src/core/reservation/lock-labels.ts';
import { type Stack, startStack } from '../helpers/stack/stack.ts';

const LONG_AGO = Date.UTC(2020, 0, 1);
const IN_FUTURE = Date.UTC(2100, 0, 1);

function ownerElsewhere(since: number): LockOwner {
  return {
    command: 'up',
    user: 'alice',
    host: 'build-7',
    pid: process.pid,
    since,
    machine: 'f'.repeat(32),
    boot: '00000000-0000-4000-8000-000000000000',
    pidNamespace: 'pid:[1]',
    startTime: '1',
  };
}

/** Creates the lock of a process on another machine on the engine, as that process would. */
async function lockElsewhere({ docker, project }: Stack, since: number): Promise<LockKey> {
  const key: LockKey = { kind: 'project', project };
  const labels = Object.entries(lockLabels(key, 'e'.repeat(32), ownerElsewhere(since)));
  const flags = labels.flatMap(([name, value]) => ['--label', `${name}=${value}`]);
  await docker('volume', 'create', ...flags, lockVolume(key, 1));
  return key;
}

const locksOf = async ({ docker, project }: Stack) =>
  (
    await docker(
      'volume',
      'ls',
      '--quiet',
      '--filter',
      'label=rma.nonce',
      '--filter',
      `label=rma.project=${project}`,
    )
  )
    .split('\n')
    .filter((name) => name !== '');

describe('[case S05] the lock of a process on another machine', () => {
  it('holds the project until it is released, and the error names its holder', async () => {
    const stack = await startStack();
    await lockElsewhere(stack, LONG_AGO);
    const { code, stderr } = await stack.rma('down');
    expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringContaining('build-7') });
    expect(stderr).toContain(`rma lock release -p ${stack.project}`);
    expect(await stack.rma('lock', 'release', '--yes')).toMatchObject({ code: 0 });
    expect(await stack.rma('down')).toMatchObject({ code: 0 });
    expect(await locksOf(stack)).toEqual([]);
  });

  it.each([
    ['long ago', LONG_AGO],
    ['in the future', IN_FUTURE],
  ])(
    'is taken over 2 minutes after its last renewal by the clock of the engine, if it was taken %s by its own',
    async (_when, since) => {
      const stack = await startStack();
      const key = await lockElsewhere(stack, since);
      const engine = new DockerodeEngine(stack.env['DOCKER_HOST'] ?? '');
      const take = async (laterMs: number) => {
        const later = new DockerodeEngine(stack.env['DOCKER_HOST'] ?? '');
        later.now = async () => (await engine.now()) + laterMs;
        const invocation = {
          clock: systemClock,
          processes: systemProcesses,
          randomKey: () => randomBytes(32).toString('hex'),
          reporter: { emit: () => undefined },
          signal: new AbortController().signal,
        };
        return takeLock({ engine: later }, invocation, { key, command: 'down', waitMs: 0 });
      };
      await expect(take(0)).rejects.toMatchObject({ code: 'RMA_LOCK_HELD', exitCode: 7 });
      expect(await locksOf(stack)).toEqual([lockVolume(key, 1)]);
      expect(await take(EXPIRES_MS)).toMatchObject({ generation: 2, owner: { pid: process.pid } });
      onTestFinished(async () => {
        await stack.docker('volume', 'rm', lockVolume(key, 2));
      });
      expect(await locksOf(stack)).toEqual([lockVolume(key, 2)]);
    },
  );
});

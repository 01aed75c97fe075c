import { describe, expect, it } from 'vitest';
import { down } from '../../../../src/app/down.ts';
import { releaseLock } from '../../../../src/app/lock/release-lock.ts';
import type { LockContext } from '../../../../src/app/lock/take-lock.ts';
import { withProjectLock } from '../../../../src/app/lock/with-lock.ts';
import { restart } from '../../../../src/app/restart.ts';
import { up } from '../../../../src/app/up.ts';
import { RENEW_MS } from '../../../../src/core/reservation/holder-state.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { FakeClock } from '../../../helpers/clock/fake-clock.ts';
import { JumpingClock } from '../../../helpers/clock/jumping-clock.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { contender } from '../../../helpers/host/lock-parts.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const config = configOf();
const request = { project: 'demo', stateDir: '/srv/demo/.rma', command: 'up' } as const;
const catalog = catalogOf({ chat: [profileServiceOf()] });
const lockNames = async ({ engine }: FakeHost) =>
  [...(await engine.volumes()).keys()].filter((name) => name.startsWith('rma-lock'));

/** Holds the lock of the project until `end` is called. */
async function holding(host: FakeHost, pid = 1, clock = new FakeClock()) {
  const stop = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((taken) => {
    const work = async ({ signal }: LockContext): Promise<void> => {
      taken();
      await Promise.race([once(stop.signal), once(signal)]);
    };
    ended = withProjectLock(host, { ...contender(pid), clock }, { ...request, work });
  });
  ended.catch(() => undefined);
  return { end: () => stop.abort(), ended };
}

async function once(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

describe('the lock of a project', () => {
  it('[case S05] makes up, down and restart fail while another one runs, and plans still work', async () => {
    const host = new FakeHost();
    await holding(host);
    const other = { ...fakeInvocation(catalog, { clock: new JumpingClock() }), randomKey: () => 'ffff' };
    const held = { code: 'RMA_LOCK_HELD', exitCode: 7 };
    await expect(up(host, other, upRequest({ config }))).rejects.toMatchObject(held);
    await expect(down(host, other, { config, profiles: [] })).rejects.toMatchObject(held);
    const restarting = { config, services: [], waitSeconds: 1, show: () => undefined };
    await expect(restart(host, other, restarting)).rejects.toMatchObject(held);
    expect(host.takeChanges()).toEqual([]);
  });

  it('[case S05] lets the second command run when the first one ends', async () => {
    const host = new FakeHost();
    const first = await holding(host);
    const second = contender(2);
    const ran = withProjectLock(host, second, { ...request, work: async () => 'ran' });
    first.end();
    await expect(ran).resolves.toBe('ran');
    expect(await lockNames(host)).toEqual([]);
  });

  it('is released when the command fails', async () => {
    const host = new FakeHost();
    const work = async () => Promise.reject(new Error('no'));
    await expect(withProjectLock(host, contender(1), { ...request, work })).rejects.toThrow('no');
    expect(await lockNames(host)).toEqual([]);
  });

  it('is renewed with a volume of the next generation, which shows other machines that its holder runs', async () => {
    const host = new FakeHost();
    const clock = new FakeClock();
    const { end, ended } = await holding(host, 1, clock);
    await clock.pass(RENEW_MS);
    await clock.sleeping(RENEW_MS);
    expect(await lockNames(host)).toEqual(['rma-lock-demo.2']);
    host.engine.addVolume('rma-lock-demo.3');
    await clock.pass(RENEW_MS);
    await clock.sleeping(RENEW_MS);
    // a volume that is no lock is skipped
    expect(await lockNames(host)).toEqual(['rma-lock-demo.3', 'rma-lock-demo.4']);
    end();
    await ended;
    expect(await lockNames(host)).toEqual(['rma-lock-demo.3']);
  });

  it('[fail L7] stops a command whose lock was released and taken by another one meanwhile', async () => {
    const host = new FakeHost();
    const clock = new FakeClock();
    const first = await holding(host, 1, clock);
    await clock.sleeping(RENEW_MS);
    const key = { kind: 'project', project: 'demo' } as const;
    await releaseLock(host, contender(2), { key, confirm: async () => undefined });
    await holding(host, 2);
    clock.advance(RENEW_MS);
    await expect(first.ended).rejects.toMatchObject({ code: 'RMA_LOCK_LOST', exitCode: 1 });
    expect(await lockNames(host)).toEqual([expect.stringMatching(/^rma-lock-demo\./)]);
  });

  it('[case A06] comes with the removal of temporary files that a killed command left', async () => {
    const host = new FakeHost();
    const state = '/srv/demo/.rma';
    const left = `${state}/compose.yaml.0c9b7d8e-1c1f-4a6e-9d5b-2f6c8f3f0a11.tmp`;
    for (const path of [left, `${state}/secrets/hf_token.tmp`, `${state}/compose.yaml`])
      host.files.put(path, '');
    await withProjectLock(host, contender(1), { ...request, work: async () => undefined });
    expect(host.files.paths).toEqual([`${state}/compose.yaml`]);
  });
});

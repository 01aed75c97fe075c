import { describe, expect, it, vi } from 'vitest';
import { installSchedule, type ScheduleRequest } from '../../../../src/app/schedule/install-schedule.ts';
import { removeSchedule } from '../../../../src/app/schedule/remove-schedule.ts';
import { showSchedule } from '../../../../src/app/schedule/show-schedule.ts';
import { parseCron } from '../../../../src/core/schedule/cron-expression.ts';
import type { SchedulerKind } from '../../../../src/core/schedule/schedule.ts';
import type { ScheduledRun } from '../../../../src/core/schedule/scheduled-run.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';

const NAME = 'rma-cache-demo';

function requestOf(over: Partial<ScheduleRequest> = {}, every = 'daily'): ScheduleRequest {
  return {
    schedule: {
      name: NAME,
      title: 'the model store of project demo',
      every: parseCron(every),
      command: ['/usr/bin/node', '/opt/rma/main.js', 'cache', 'schedule', 'run'],
      environment: {},
      user: 'root',
      docker: true,
    },
    container: async () => ({
      file: NAME,
      text: '# Written by rma cache schedule install; rma cache schedule remove deletes it.\ndocker run\n',
      argv: ['docker', 'run'],
    }),
    prepareContainer: async () => undefined,
    backend: null,
    docker: true,
    dryRun: false,
    ...over,
  };
}

function hostWith(
  uid: number,
  ...present: readonly SchedulerKind[]
): FakeHost & { caller: { uid: number; gid: number } } {
  const host = Object.assign(new FakeHost(), { caller: { uid, gid: uid } });
  for (const kind of present) host.fakeSchedulers[kind].present = true;
  return host;
}

const everything = ['systemd', 'cron.d', 'crontab', 'container'] as const;

describe('rma cache schedule install', () => {
  it.each([
    ['root, with everything', 0, everything, 'systemd'],
    ['root, without systemd', 0, ['cron.d', 'crontab', 'container'], 'cron.d'],
    ['root, with a cron without /etc/cron.d', 0, ['crontab', 'container'], 'crontab'],
    ['root, with Docker only', 0, ['container'], 'container'],
    ['a user, with everything', 1001, everything, 'crontab'],
    ['a user, without cron', 1001, ['systemd', 'container'], 'container'],
  ] as const)('uses what the machine has: %s', async (...[, uid, present, kind]) => {
    const host = hostWith(uid, ...present);
    const { scheduler, change } = await installSchedule(host, requestOf());
    expect([scheduler.kind, change]).toEqual([kind, 'installed']);
    expect(host.fakeSchedulers[kind].installed.has(NAME)).toBe(true);
  });

  it.each([
    ['root', 0, {}, 'this machine has neither systemd nor cron', '--backend container'],
    ['a user', 1001, {}, 'without root', 'run the command with sudo'],
    [
      'root who names systemd',
      0,
      { backend: 'systemd' },
      'systemd does not manage this machine',
      '--backend',
    ],
    ['root who names cron', 0, { backend: 'cron' }, 'cron is not available', '--backend'],
  ] as const)(
    'fails with the way out if the machine has nothing: %s',
    async (...[, uid, over, message, hint]) => {
      const request = requestOf({ docker: false, ...over });
      await expect(installSchedule(hostWith(uid), request)).rejects.toMatchObject({
        code: 'RMA_SCHEDULE_NO_BACKEND',
        exitCode: 3,
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      });
    },
  );

  it('does not choose a container for a directory, which needs no Docker', async () => {
    const host = hostWith(0, 'container');
    await expect(installSchedule(host, requestOf({ docker: false }))).rejects.toMatchObject({
      code: 'RMA_SCHEDULE_NO_BACKEND',
    });
    const named = await installSchedule(host, requestOf({ docker: false, backend: 'container' }));
    expect(named.scheduler.kind).toBe('container');
  });

  it('changes nothing when it is repeated, and turns on what is off', async () => {
    const host = hostWith(0, 'systemd');
    const { systemd } = host.fakeSchedulers;
    await installSchedule(host, requestOf());
    expect(await installSchedule(host, requestOf())).toMatchObject({ change: 'unchanged', replaces: [] });
    expect(systemd.changes).toEqual([`install ${NAME}`]);
    systemd.active = false;
    expect(await installSchedule(host, requestOf())).toMatchObject({ change: 'started', replaces: [] });
    expect(systemd.changes).toEqual([`install ${NAME}`, `install ${NAME}`]);
  });

  it('replaces other values and another backend, and returns what was there', async () => {
    const host = hostWith(0, 'systemd', 'cron.d');
    const { systemd, 'cron.d': cron } = host.fakeSchedulers;
    await installSchedule(host, requestOf());
    const other = await installSchedule(host, requestOf({}, '0 3 * * *'));
    expect(other.change).toBe('replaced');
    expect(other.replaces[0]?.parts[1]?.text).toContain('OnCalendar=*-*-* 00:00:00');
    const moved = await installSchedule(host, requestOf({ backend: 'cron' }));
    expect([moved.change, moved.replaces[0]?.scheduler.kind]).toEqual(['replaced', 'systemd']);
    expect([systemd.installed.has(NAME), cron.installed.has(NAME)]).toEqual([false, true]);
  });

  it('writes nothing in a dry run', async () => {
    const host = hostWith(0, 'cron.d', 'container');
    const prepareContainer = vi.fn(async () => undefined);
    const { parts } = await installSchedule(host, requestOf({ dryRun: true }));
    expect(parts[0]?.text).toContain('0 0 * * * root /usr/bin/node');
    await installSchedule(host, requestOf({ dryRun: true, backend: 'container', prepareContainer }));
    expect([host.fakeSchedulers['cron.d'].changes, prepareContainer.mock.calls]).toEqual([[], []]);
  });

  it('neither overwrites nor removes what rma did not write', async () => {
    const host = hostWith(0, 'cron.d');
    const cron = host.fakeSchedulers['cron.d'];
    cron.installed.set(NAME, [{ file: NAME, text: '0 1 * * * root backup\n' }]);
    const refused = {
      code: 'RMA_SCHEDULE_FOREIGN',
      exitCode: 3,
      message: `/cron.d/${NAME} was not written by rma cache schedule install`,
      hint: expect.stringContaining(`sudo rm /cron.d/${NAME}`),
    };
    await expect(installSchedule(host, requestOf())).rejects.toMatchObject(refused);
    await expect(removeSchedule(host, { name: NAME, dryRun: false })).rejects.toMatchObject(refused);
    expect(cron.changes).toEqual([]);
  });
});

describe('rma cache schedule remove', () => {
  it('removes the schedule wherever it is, once', async () => {
    const host = hostWith(0, 'systemd');
    await installSchedule(host, requestOf());
    const remove = (dryRun: boolean) => removeSchedule(host, { name: NAME, dryRun });
    expect((await remove(true)).map(({ scheduler }) => scheduler.kind)).toEqual(['systemd']);
    expect((await remove(false)).map(({ scheduler }) => scheduler.kind)).toEqual(['systemd']);
    expect(await remove(false)).toEqual([]);
  });
});

describe('rma cache schedule show', () => {
  const last: ScheduledRun = {
    schema: 'rma.cache-run/v1',
    name: NAME,
    host: 'box',
    startedAt: '2026-11-27T00:00:02.000Z',
    endedAt: '2026-11-27T00:00:09.000Z',
    summary: null,
    error: null,
  };
  const ask = (host: FakeHost, now: string, lastRun: ScheduledRun | null) =>
    showSchedule(
      host,
      { clock: { now: () => Date.parse(now) } },
      { name: NAME, timeZone: 'UTC', lastRun: async () => lastRun },
    );

  it('has nothing before the installation', async () => {
    expect(await ask(hostWith(0, ...everything), '2026-11-27T12:00:00Z', null)).toBeNull();
  });

  it('has the next and the last run', async () => {
    const host = hostWith(0, 'systemd');
    await installSchedule(host, requestOf());
    expect(await ask(host, '2026-11-27T12:00:00Z', last)).toMatchObject({
      every: '0 0 * * *',
      active: true,
      nextRun: Date.parse('2026-11-28T00:00:00Z'),
      lastRun: last,
      missedRun: null,
    });
  });

  it('has no next run while it is off', async () => {
    const host = hostWith(0, 'systemd');
    await installSchedule(host, requestOf());
    host.fakeSchedulers.systemd.active = false;
    expect(await ask(host, '2026-11-27T12:00:00Z', null)).toMatchObject({ active: false, nextRun: null });
  });

  it('names a run that was due and recorded no result, after an hour', async () => {
    const host = hostWith(0, 'systemd');
    await installSchedule(host, requestOf());
    expect(await ask(host, '2026-11-28T00:59:00Z', last)).toMatchObject({ missedRun: null });
    expect(await ask(host, '2026-11-28T01:00:01Z', last)).toMatchObject({
      missedRun: Date.parse('2026-11-28T00:00:00Z'),
    });
  });
});

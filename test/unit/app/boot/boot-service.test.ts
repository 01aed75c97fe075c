import { describe, expect, it } from 'vitest';
import {
  bootService,
  installBootService,
  installedWait,
  removeBootService,
} from '../../../../src/app/boot/boot-service.ts';
import { offerBoot } from '../../../../src/app/boot/offer-boot.ts';
import { cronLine, unitText } from '../../../../src/core/boot/boot-unit.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';

const wanted = {
  project: 'demo',
  command: ['/usr/bin/node', '/opt/rma/main.js', '--file', '/srv/my demo/rma.yaml', 'boot', 'run'],
  waitSeconds: 900,
  environment: { DOCKER_HOST: 'unix:///run/docker.sock' },
} as const;

function systemdHost(): FakeHost {
  const host = new FakeHost();
  host.services.present = true;
  return host;
}

describe('[case S06] the unit of a project', () => {
  it('runs once after Docker, with a limit of its own', () => {
    const text = unitText(wanted);
    expect(text).toContain('\nAfter=docker.service nvidia-persistenced.service\n');
    expect(text).toContain('\nType=oneshot\nEnvironment=DOCKER_HOST=unix:///run/docker.sock\n');
    expect(text).toContain(
      '\nExecStart=/usr/bin/node /opt/rma/main.js --file "/srv/my demo/rma.yaml" boot run\nTimeoutStartSec=1020\n',
    );
  });

  it('is installed once, and again when it differs', async () => {
    const host = systemdHost();
    expect(await installBootService(host, wanted)).toMatchObject({ state: 'installed', enabled: true });
    expect(await bootService(host, { ...wanted, waitSeconds: 60 })).toMatchObject({ state: 'differs' });
    await installBootService(host, { ...wanted, waitSeconds: 60 });
    expect(host.services.units.get('rma-demo.service')).toContain('TimeoutStartSec=180');
  });

  it.each([60, 900, 1800])('is known by its time once it is installed: %i s', async (waitSeconds) => {
    const host = systemdHost();
    const command = [...wanted.command, '--wait-timeout', `${waitSeconds}s`] as const;
    expect(await installedWait(host, 'demo')).toBeNull();
    await installBootService(host, { ...wanted, command, waitSeconds });
    expect(await installedWait(host, 'demo')).toBe(waitSeconds);
  });

  it('is removed once', async () => {
    const host = systemdHost();
    await installBootService(host, wanted);
    expect(await removeBootService(host, 'demo')).toBe(true);
    expect(await removeBootService(host, 'demo')).toBe(false);
  });

  it('without systemd is a line for cron', async () => {
    await expect(installBootService(new FakeHost(), wanted)).rejects.toMatchObject({
      code: 'RMA_BOOT_NO_SYSTEMD',
      exitCode: 3,
      hint: expect.stringContaining(cronLine(wanted)),
    });
    expect(cronLine({ ...wanted, command: ['/usr/bin/node', '/opt/100%/main.js'] })).toBe(
      '@reboot DOCKER_HOST=unix:///run/docker.sock /usr/bin/node /opt/100\\%/main.js',
    );
  });
});

describe('[case S06] rma up', () => {
  const config = { project: 'demo', stateDir: '/srv/demo/.rma' };

  it('mentions the unit once for each project', async () => {
    const host = systemdHost();
    expect([await offerBoot(host, config), await offerBoot(host, config)]).toEqual([true, false]);
  });

  it('does not mention it where it is installed, or without systemd', async () => {
    const host = systemdHost();
    await host.services.install('rma-demo.service', '');
    expect(await offerBoot(host, config)).toBe(false);
    expect(await offerBoot(new FakeHost(), config)).toBe(false);
  });
});

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

  it.each([
    ['$', 'Environment="DOCKER_CONFIG=/a$HOME"', 'ExecStart="/a$HOME" "/a$$HOME"'],
    ['%', 'Environment=DOCKER_CONFIG=/a%%HOME', 'ExecStart=/a%%HOME /a%%HOME'],
    ['"', 'Environment="DOCKER_CONFIG=/a\\"HOME"', 'ExecStart="/a\\"HOME" "/a\\"HOME"'],
    ['\\', 'Environment="DOCKER_CONFIG=/a\\\\HOME"', 'ExecStart="/a\\\\HOME" "/a\\\\HOME"'],
    ['\n', 'Environment="DOCKER_CONFIG=/a\\x0aHOME"', 'ExecStart="/a\\x0aHOME" "/a\\x0aHOME"'],
    [
      '\u0085',
      'Environment="DOCKER_CONFIG=/a\\xc2\\x85HOME"',
      'ExecStart="/a\\xc2\\x85HOME" "/a\\xc2\\x85HOME"',
    ],
    [' ', 'Environment="DOCKER_CONFIG=/a HOME"', 'ExecStart="/a HOME" "/a HOME"'],
  ])('quotes %j in its variables, its program and its arguments', (char, variable, command) => {
    const path = `/a${char}HOME`;
    const unit = { ...wanted, command: [path, path], environment: { DOCKER_CONFIG: path } } as const;
    const lines = unitText(unit).split('\n');
    expect(lines.filter((line) => /^(Environment|ExecStart)=/.test(line))).toEqual([variable, command]);
  });

  it('is neither overwritten nor removed if rma did not write it', async () => {
    const host = systemdHost();
    await host.services.install('rma-demo.service', '[Service]\nExecStart=/usr/bin/demo\n');
    const refused = {
      code: 'RMA_BOOT_OTHER_UNIT',
      exitCode: 3,
      message: '/etc/systemd/system/rma-demo.service was not written by rma boot install',
      hint: expect.stringContaining('sudo rm /etc/systemd/system/rma-demo.service'),
    };
    await expect(installBootService(host, wanted)).rejects.toMatchObject(refused);
    await expect(removeBootService(host, 'demo')).rejects.toMatchObject(refused);
    expect(host.services.units.get('rma-demo.service')).toContain('/usr/bin/demo');
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

  it('without systemd is a line for crontab', async () => {
    await expect(installBootService(new FakeHost(), wanted)).rejects.toMatchObject({
      code: 'RMA_BOOT_NO_SYSTEMD',
      exitCode: 3,
      hint: expect.stringContaining(cronLine(wanted)),
    });
    expect(cronLine({ ...wanted, command: ['/usr/bin/node', '/opt/100%/main.js'] })).toBe(
      '@reboot cd / && DOCKER_HOST=unix:///run/docker.sock /usr/bin/node /opt/100\\%/main.js',
    );
  });
});

describe('[case S06] rma up', () => {
  const config = { project: 'demo', stateDir: '/srv/demo/.rma' };

  it('offers the unit once for each project, without systemd the line for crontab', async () => {
    const host = systemdHost();
    expect([await offerBoot(host, config), await offerBoot(host, config)]).toEqual(['systemd', null]);
    const other = new FakeHost();
    expect([await offerBoot(other, config), await offerBoot(other, config)]).toEqual(['cron', null]);
  });

  it('does not offer a unit that is installed', async () => {
    const host = systemdHost();
    await host.services.install('rma-demo.service', '');
    expect(await offerBoot(host, config)).toBeNull();
  });
});

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { beforeTests } from '../helpers/at-end.ts';
import { hostsProject, type ProjectHost, withSettings } from '../helpers/hosts/hosts-project.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';
import { PATIENCE } from '../helpers/patience.ts';

const hosts = beforeTests((atEnd) => startHosts({ h1: {}, h2: {} }, atEnd));

interface HostsTest {
  readonly hosts: readonly {
    readonly host: string;
    readonly checks?: readonly { readonly check: string; readonly state: string; readonly text: string }[];
    readonly error?: { readonly code: string };
  }[];
}

test('rma hosts test shows what works, a host that publishes on loopback, and one that is down', async () => {
  const { h1, h2 } = hosts;
  const down: ProjectHost = { name: 'h3', ip: '10.77.0.13', ssh: 'ssh://root@10.77.0.13' };
  const project = await hostsProject([h1, withSettings(h2, 'bind: 127.0.0.1'), down]);
  const { code, stdout } = await project.rma('hosts', 'test', '--json');
  expect(code).toBe(8);
  const [first, second, third] = (JSON.parse(stdout) as HostsTest).hosts;
  const states = first?.checks?.map(({ check, state }) => `${check} ${state}`);
  expect(states).toEqual(['ssh ok', 'clock ok', 'docker ok', 'files ok', 'gpus ok', 'network warning']);
  expect(first?.checks?.at(-1)?.text).toContain('h2 publishes its ports on 127.0.0.1');
  expect(second?.checks?.at(-1)).toMatchObject({ state: 'ok', text: `reaches h1 at ${h1.ip}` });
  expect(third).toMatchObject({ host: 'h3', error: { code: 'RMA_HOST_UNREACHABLE' } });
});

test('a host is reached by its IPv6 address', async () => {
  const { h1 } = hosts;
  const project = await hostsProject([{ name: 'h1', ip: h1.ip, ssh: `ssh://root@[${h1.ipv6}]:22` }]);
  const { code, stdout } = await project.rma('hosts', 'exec', '--', 'hostname');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'h1  h1\n' });
  expect((await project.rma('ps')).code).toBe(0);
});

test('a host is reached through the jump host of the ssh configuration', async () => {
  const { h1, h2 } = hosts;
  sshConfig('Host inner', `HostName ${h2.ip}`, 'User root', `ProxyJump root@${h1.ip}`);
  onTestFinished(() => h2.sshd());
  await h2.sshd(`AllowUsers root@${h1.ip}`);
  const direct = await hostsProject([h2]);
  await expect.poll(async () => (await direct.rma('ps')).stderr, PATIENCE).toContain('RMA_HOST_AUTH');
  const project = await hostsProject([{ name: 'h2', ip: h2.ip, ssh: 'ssh://inner' }]);
  expect(await project.rma('ps')).toMatchObject({ code: 0 });
});

test('25 commands at once run on a host that accepts few logins at a time', async () => {
  const { h1 } = hosts;
  const names = Array.from({ length: 25 }, (_, at) => `a${at + 10}`);
  sshConfig(`Host ${names.join(' ')}`, `HostName ${h1.ip}`, 'User root');
  const project = await hostsProject(names.map((name) => ({ name, ip: h1.ip, ssh: `ssh://${name}` })));
  await h1.sshd('MaxStartups 5:100:5');
  onTestFinished(() => h1.sshd());
  const logins = await Promise.all(Array.from({ length: 5 }, () => openLogin(h1.ip)));
  const running = project.rma('hosts', 'exec', '--', 'hostname');
  await expect.poll(() => h1.logs(), PATIENCE).toContain('drop connection');
  for (const login of logins) login.destroy();
  const { code, stdout } = await running;
  expect({ code, lines: stdout.trimEnd().split('\n').sort() }).toEqual({
    code: 0,
    lines: names.map((name) => `${name}  h1`),
  });
});

/** Adds lines to the ssh configuration of the user, for the test. */
function sshConfig(...lines: readonly string[]): void {
  const file = join(process.env['HOME'] ?? '', '.ssh/config');
  const before = readFileSync(file, 'utf8');
  onTestFinished(() => writeFileSync(file, before));
  // the first value of a setting is used
  writeFileSync(file, `${lines.join('\n')}\nHost *\n${before}`);
}

/** Connects to the SSH server of a host, and never logs in. */
async function openLogin(host: string): Promise<Socket> {
  const socket = connect(22, host);
  await once(socket, 'data');
  return socket;
}

import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { beforeTests } from '../helpers/at-end.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';
import type { TestHost } from '../helpers/hosts/test-host.ts';
import { startCommand } from '../helpers/process/program.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';

// The hosts of the tests behave as those of users, with OpenSSH and Docker alone.

const hosts = beforeTests((atEnd) =>
  startHosts({ h1: { gpus: { shape: '2x24' }, ownDisk: true }, h2: { engine: 'legacy' } }, atEnd),
);

const ssh = ({ name }: TestHost, ...command: readonly string[]) =>
  runProgram('ssh', ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=2', name, ...command]);

test('hosts have names, engines and GPUs of their own, and reach each other', async () => {
  const { h1, h2 } = hosts;
  expect((await ssh(h1, 'hostname; nvidia-smi -L | wc -l')).stdout).toBe('h1\n2\n');
  expect((await ssh(h2, 'hostname; nvidia-smi -L')).code).toBe(127);
  await h2.docker('volume', 'create', 'only-there');
  expect(await h1.docker('volume', 'ls', '--quiet')).not.toContain('only-there');
  expect((await h1.sh(`exec 3<>/dev/tcp/${h2.ip}/22; head -c 8 <&3`)).stdout).toBe('SSH-2.0-');
});

test('a host that lost its power starts with the volumes that it had', async () => {
  const { h1 } = hosts;
  await h1.docker('volume', 'create', 'kept');
  await h1.kill();
  expect((await ssh(h1, 'true')).code).toBe(255);
  await h1.start();
  expect(await h1.docker('volume', 'ls', '--quiet')).toContain('kept');
  expect((await ssh(h1, 'echo back')).stdout).toBe('back\n');
});

test('a link can be cut, and can drop packets while connections stay open', async () => {
  const { h1 } = hosts;
  await h1.link('down');
  expect((await ssh(h1, 'true')).code).toBe(255);
  await h1.link('up');
  const open = startCommand([
    'ssh',
    'h1',
    'echo before; until test -e /run/go; do sleep 0.1; done; echo after',
  ]);
  await open.printed('before');
  await h1.packets('dropped');
  expect((await ssh(h1, 'true')).stderr).toContain('timed out');
  expect(open.child.exitCode).toBeNull();
  await h1.packets('passed');
  await h1.sh('touch /run/go');
  expect((await open.ended).stdout).toBe('before\nafter\n');
});

test('a host can have a new key, require a password, print a text and be an hour ahead', async () => {
  const { h1 } = hosts;
  onTestFinished(async () => {
    await Promise.all([h1.clock(0), h1.banner(''), h1.sshd(), h1.trust()]);
  });
  await h1.clock(3600);
  await h1.banner('Welcome');
  const { stdout } = await ssh(h1, 'date +%s');
  const [greeting, seconds] = stdout.split('\n');
  expect(greeting).toBe('Welcome');
  expect(Number(seconds) - Date.now() / 1000).toBeGreaterThan(3500);
  await h1.sshd('PubkeyAuthentication no', 'PasswordAuthentication yes');
  await expect.poll(async () => (await ssh(h1, 'true')).stderr).toContain('(password)');
  await h1.newHostKey();
  await expect.poll(async () => (await ssh(h1, 'true')).stderr).toContain('IDENTIFICATION HAS CHANGED');
});

test('the volumes of a host can be full, and its engine can be old', async () => {
  const { h1, h2 } = hosts;
  await h1.disk('full');
  const image = process.env['RMA_WORKER_BASE'] ?? '';
  const write = `docker run --rm --volume data:/data ${image} sh -c 'cat /bin/busybox > /data/file'`;
  expect((await h1.sh(write)).stderr).toContain('No space left on device');
  await h1.disk('free');
  expect((await h1.sh(write)).code).toBe(0);
  expect(await h2.docker('version', '--format', '{{.Server.Version}}')).toMatch(/^20\.10\./);
});

test('the machine of the user reaches published ports of a host', async () => {
  const { h1 } = hosts;
  const server = "require('net').createServer((socket) => socket.end('hello')).listen(80)";
  const image = process.env['RMA_WORKER_BASE'] ?? '';
  const ready = `docker run --detach --publish ${h1.ip}:8080:80 ${image} node -e "${server}"`;
  expect((await ssh(h1, ready)).code).toBe(0);
  await expect.poll(() => received(h1.ip, 8080)).toBe('hello');
});

function received(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, host);
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => resolve('')).on('close', () => resolve(text));
  });
}

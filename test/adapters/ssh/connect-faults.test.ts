import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';

import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { SshConnection } from '../../../src/adapters/ssh/ssh-connection.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { PATIENCE } from '../../helpers/patience.ts';
import { openTestConnection } from '../../helpers/ssh/open-connection.ts';
import { startSshServer } from '../../helpers/ssh/ssh-server.ts';
import { freePort } from '../../helpers/stack/free-port.ts';

test('an unknown host key is not accepted, and the error says how to check it', async () => {
  const server = await startSshServer();
  writeFileSync(server.knownHosts, '');
  await expect(openTestConnection(server)).rejects.toMatchObject({
    code: 'RMA_HOST_KEY_UNKNOWN',
    exitCode: 3,
    message: 'the host key of box1 (127.0.0.1) is not in your known_hosts file',
    hint: `connect once and compare the fingerprint that ssh shows: ssh -p ${server.port} root@127.0.0.1`,
  });
});

test('a changed host key is not accepted, and the error says how to replace it', async () => {
  const server = await startSshServer();
  await server.newHostKey();
  await expect(openTestConnection(server)).rejects.toMatchObject({
    code: 'RMA_HOST_KEY_CHANGED',
    exitCode: 3,
    hint: expect.stringContaining(`ssh-keygen -R '[127.0.0.1]:${server.port}'`),
  });
});

test('a server that requires a password is an error, and nobody is asked', async () => {
  const server = await startSshServer({ config: ['PubkeyAuthentication no', 'PasswordAuthentication yes'] });
  await expect(openTestConnection(server)).rejects.toMatchObject({
    code: 'RMA_HOST_AUTH',
    exitCode: 3,
    message: expect.stringMatching(/^host box1 did not accept the login: .*Permission denied \(password\)/),
    hint: expect.stringContaining('ssh-copy-id'),
  });
});

test('a machine where nothing listens, and a name without an address, are unreachable', async () => {
  const server = await startSshServer();
  await expect(openTestConnection({ ...server, port: await freePort() })).rejects.toMatchObject({
    code: 'RMA_HOST_UNREACHABLE',
    exitCode: 3,
    message: expect.stringContaining('Connection refused'),
  });
  appendFileSync(server.config, 'Host 127.0.0.1\nHostName no-such-name.invalid\n');
  await expect(openTestConnection(server)).rejects.toMatchObject({ code: 'RMA_HOST_UNREACHABLE' });
});

test('a machine that accepts connections and never answers is given up after the connect timeout', async () => {
  const { bin } = await startSshServer();
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  const address = await new Promise<ReturnType<typeof silent.address>>((resolve) => {
    silent.once('listening', () => resolve(silent.address()));
  });
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(openTestConnection({ bin, port }, { connectSeconds: 1 })).rejects.toMatchObject({
    code: 'RMA_HOST_UNREACHABLE',
  });
});

test('a server with too many logins at a time is tried again', async () => {
  const server = await startSshServer({ config: ['MaxStartups 1:100:1'] });
  const other = connect(server.port, '127.0.0.1');
  await new Promise((resolve) => void other.once('data', resolve));
  const opening = openTestConnection(server);
  await vi.waitUntil(() => server.log().includes('drop connection'), PATIENCE);
  other.destroy();
  const { runner } = await opening;
  expect((await runner.run({ argv: ['echo', 'in'] })).stdout).toBe('in\n');
});

test('a program waits for a session if the server refuses another login meanwhile', async () => {
  const server = await startSshServer({ config: ['MaxStartups 1:100:1'] });
  const { runner } = await openTestConnection(server, { logins: 4 });
  const file = join(server.home, 'end');
  const argv = ['sh', '-c', 'until [ -e "$1" ]; do sleep 0.1; done', 'sh', file] as const;
  const running = Array.from({ length: 8 }, () => runner.run({ argv }));
  const other = connect(server.port, '127.0.0.1');
  onTestFinished(() => void other.destroy());
  await new Promise((resolve) => void other.once('data', resolve));
  const waiting = runner.run({ argv: ['echo', 'in'] });
  const refusals = () => server.log().match(/drop connection/g)?.length ?? 0;
  await vi.waitUntil(() => refusals() >= 4, PATIENCE);
  writeFileSync(file, '');
  expect((await waiting).stdout).toBe('in\n');
  await Promise.all(running);
});

test('a server that closes every connection before the login is busy, or blocks the address', async () => {
  const { bin } = await startSshServer();
  const port = await freePort();
  const closing = createServer((socket) => void socket.destroy()).listen(port, '127.0.0.1');
  onTestFinished(() => void closing.close());
  await expect(openTestConnection({ bin, port }, { logins: 2 })).rejects.toMatchObject({
    code: 'RMA_HOST_BUSY',
    exitCode: 3,
  });
});

test('the pause before the next attempt ends with the signal', async () => {
  const stop = new AbortController();
  const refused = { exitCode: 255, stdout: '', stderr: 'kex_exchange_identification: Connection closed' };
  const run = async () => {
    setImmediate(() => stop.abort(new Error('stopped by the test')));
    return refused;
  };
  const local = { run, passThrough: () => Promise.reject(new Error('not used')) };
  const target = { name: 'box1', user: null, host: 'box1', port: null };
  const opening = SshConnection.open({ target, local }, stop.signal);
  await expect(opening).rejects.toThrow('stopped by the test');
});

test('a login that never completes ends with its deadline', async () => {
  const server = await startSshServer({ bashrc: 'sleep 1000' });
  await expect(openTestConnection(server, { loginMs: 1500 })).rejects.toMatchObject({
    code: 'RMA_HOST_TIMEOUT',
    exitCode: 1,
    message: 'host box1: ssh login timed out after 1.5 s',
  });
});

test('a machine without ssh is reported with the package to install', async () => {
  const local = new LocalRunner({ PATH: '/nonexistent' });
  const target = { name: 'box1', user: null, host: '127.0.0.1', port: null };
  await expect(SshConnection.open({ target, local }, new AbortController().signal)).rejects.toMatchObject({
    code: 'RMA_COMMAND_MISSING',
    exitCode: 3,
    hint: expect.stringContaining('openssh-client'),
  });
});

test("the user's configuration applies: jump hosts, aliases, remote commands and forwards", async () => {
  const [jump, server] = await Promise.all([startSshServer(), startSshServer()]);
  appendFileSync(
    server.config,
    [
      `Host 127.0.0.1`,
      `HostName localhost`,
      `HostKeyAlias [127.0.0.1]:${server.port}`,
      `ProxyCommand ${join(jump.bin, 'ssh')} -p ${jump.port} -W %h:%p root@127.0.0.1`,
      'RemoteCommand echo not this one',
      `LocalForward ${server.port} localhost:1`,
      'ControlPath none',
      '',
    ].join('\n'),
  );
  const { runner } = await openTestConnection(server);
  expect((await runner.run({ argv: ['echo', 'through'] })).stdout).toBe('through\n');
  expect(jump.log()).toContain('Accepted publickey');
});

test('a directory for sockets that others can enter is not used', async () => {
  const server = await startSshServer();
  const folder = tempFolder();
  const shared = join(folder, `rma-ssh-${process.getuid?.()}`);
  mkdirSync(shared);
  chmodSync(shared, 0o755);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  await expect(openTestConnection(server)).rejects.toMatchObject({ code: 'RMA_HOST_SOCKETS', exitCode: 3 });
});

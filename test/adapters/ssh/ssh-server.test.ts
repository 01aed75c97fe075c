import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCommand } from '../../helpers/process/program.ts';
import { runProcess } from '../../helpers/process/run-process.ts';
import { type SshServer, startSshServer } from '../../helpers/ssh/ssh-server.ts';

// The servers of the tests behave as those of users, with the OpenSSH client alone.

const ssh = ({ bin, address }: SshServer, ...command: readonly string[]) =>
  runProcess(join(bin, 'ssh'), ['-o', 'BatchMode=yes', address, ...command]);

test('a command runs on the server with its home directory, its PATH and its exit code', async () => {
  const server = await startSshServer({ path: ['/opt/tools/bin'] });
  const { code, stdout } = await ssh(server, 'echo "$HOME $PATH"; exit 7');
  expect(code).toBe(7);
  expect(stdout).toMatch(`${server.home} /opt/tools/bin:`);
  expect(server.log()).toContain('Accepted publickey for root');
});

test('a client rejects a server with another host key, and one that it has never seen', async () => {
  const server = await startSshServer();
  await server.newHostKey();
  expect((await ssh(server, 'true')).stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
  writeFileSync(server.knownHosts, '');
  expect((await ssh(server, 'true')).stderr).toContain('Host key verification failed');
});

test('a server can ask for a password, and print a text before the output of a command', async () => {
  const config = ['PubkeyAuthentication no', 'PasswordAuthentication yes'];
  const { code, stderr } = await ssh(await startSshServer({ config }), 'true');
  expect({ code, stderr }).toEqual({ code: 255, stderr: expect.stringContaining('(password)') });
  const { stdout } = await ssh(await startSshServer({ bashrc: 'echo Welcome' }), 'echo done');
  expect(stdout).toBe('Welcome\ndone\n');
});

test('a frozen server keeps a connection open and answers after the thaw; a killed one ends it', async () => {
  const server = await startSshServer();
  const open = startCommand([join(server.bin, 'ssh'), server.address, 'echo before; sleep 1000']);
  await open.printed('before');
  await server.freeze();
  const waiting = ssh(server, 'echo after');
  await server.thaw();
  expect((await waiting).stdout).toBe('after\n');
  await server.kill();
  expect((await open.ended).code).toBe(255);
  await server.start();
  expect((await ssh(server, 'echo again')).stdout).toBe('again\n');
});

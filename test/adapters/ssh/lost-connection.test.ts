import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PATIENCE } from '../../helpers/patience.ts';
import { bundleProgram, startCommand } from '../../helpers/process/program.ts';
import { openTestConnection, type TestConnection } from '../../helpers/ssh/open-connection.ts';
import { type SshServer, startSshServer } from '../../helpers/ssh/ssh-server.ts';

/** Writes its process ID on the server, ignores its input, and prints nothing. Its child stays when it ends alone. */
const LINGER = 'sleep 1000 & echo $! >"$1.child"; echo $$ >"$1.tmp"; mv "$1.tmp" "$1"; wait';

interface Lingering {
  /** resolves when the program runs */
  readonly started: () => Promise<void>;
  /** resolves when the program and its child have ended */
  readonly ended: () => Promise<void>;
  readonly argv: readonly [string, ...string[]];
}

/** Returns a program that runs until it is stopped. */
function lingering(server: SshServer, { local }: Pick<TestConnection, 'local'>): Lingering {
  const file = join(server.home, 'running');
  // the process IDs are those of the server's own namespace
  const isRunning = async (path: string): Promise<boolean> => {
    const pid = readFileSync(path, 'utf8').trim();
    const argv = [
      join(server.bin, 'ssh'),
      '-p',
      String(server.port),
      'root@127.0.0.1',
      `kill -0 ${pid}`,
    ] as const;
    return (await local.run({ argv })).exitCode === 0;
  };
  return {
    argv: ['sh', '-c', LINGER, 'sh', file],
    started: () => vi.waitUntil(() => existsSync(file), PATIENCE).then(() => undefined),
    ended: () =>
      vi
        .waitUntil(async () => !(await isRunning(file)) && !(await isRunning(`${file}.child`)), PATIENCE)
        .then(() => undefined),
  };
}

test('a program ends on the host with its children when the caller aborts', async () => {
  const server = await startSshServer();
  const test = await openTestConnection(server);
  const program = lingering(server, test);
  const stop = new AbortController();
  const run = test.runner.run({ argv: program.argv, stdin: { open: true }, signal: stop.signal });
  await program.started();
  stop.abort(new Error('stopped by the test'));
  await expect(run).rejects.toThrow('stopped by the test');
  await program.ended();
  expect((await test.runner.run({ argv: ['echo', 'usable'] })).stdout).toBe('usable\n');
});

test('a program that runs too long ends on the host', async () => {
  const server = await startSshServer();
  const test = await openTestConnection(server);
  const program = lingering(server, test);
  const run = test.runner.run({ argv: program.argv, timeoutMs: 1500 });
  await expect(run).rejects.toMatchObject({
    code: 'RMA_COMMAND_TIMEOUT',
    message: expect.stringMatching(/on host box1 timed out after 2 s$/),
    details: { host: 'box1' },
  });
  await program.ended();
});

test('a closed connection ends the programs on the host', async () => {
  const server = await startSshServer();
  const test = await openTestConnection(server);
  const program = lingering(server, test);
  const run = test.runner.run({ argv: program.argv });
  run.catch(() => undefined);
  await program.started();
  await test.connection.close();
  await program.ended();
  await expect(run).rejects.toMatchObject({ code: 'RMA_HOST_LOST' });
});

test('nothing is left here or on the host when rma is killed', async () => {
  const server = await startSshServer();
  const test = await openTestConnection(server);
  const program = lingering(server, test);
  const bundle = await bundleProgram('test/adapters/ssh/programs/run-remote.ts');
  const rma = startCommand([process.execPath, bundle, server.bin, String(server.port), ...program.argv]);
  await program.started();
  const sshs = readFileSync(`/proc/${rma.child.pid}/task/${rma.child.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  expect(sshs).toHaveLength(2);
  rma.child.kill('SIGKILL');
  await program.ended();
  await vi.waitUntil(() => sshs.every((pid) => !existsSync(`/proc/${pid}`)), PATIENCE);
});

test('a connection that ends in the middle is reported as lost, and the next command connects again', async () => {
  const server = await startSshServer();
  const test = await openTestConnection(server);
  const program = lingering(server, test);
  const run = test.runner.run({ argv: program.argv });
  const lost = expect(run).rejects.toMatchObject({
    code: 'RMA_HOST_LOST',
    exitCode: 1,
    message: expect.stringContaining('lost the connection to host box1'),
    details: { host: 'box1' },
  });
  await program.started();
  await server.kill();
  await lost;
  await expect(test.runner.run({ argv: ['true'] })).rejects.toMatchObject({ code: 'RMA_HOST_UNREACHABLE' });
  await server.start();
  expect((await test.runner.run({ argv: ['echo', 'again'] })).stdout).toBe('again\n');
});

test('a host that falls silent is lost after three checks', async () => {
  const server = await startSshServer();
  const test = await openTestConnection(server, { aliveSeconds: 1 });
  const program = lingering(server, test);
  const run = test.runner.run({ argv: program.argv });
  await program.started();
  const lost = expect(run).rejects.toMatchObject({
    code: 'RMA_HOST_LOST',
    message: expect.stringContaining('not responding'),
  });
  await server.freeze();
  onTestFinished(() => server.thaw());
  await lost;
});

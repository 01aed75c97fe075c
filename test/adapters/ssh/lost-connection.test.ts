import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PATIENCE } from '../../helpers/patience.ts';
import { bundleProgram, startCommand } from '../../helpers/process/program.ts';
import { openTestConnection } from '../../helpers/ssh/open-connection.ts';
import { type SshServer, startSshServer } from '../../helpers/ssh/ssh-server.ts';

/** Says that it runs, ignores its input, and prints nothing. Its child stays when it ends alone. */
const LINGER = 'sleep 1000 & : >"$LINGERING"; wait';

interface Lingering {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** resolves when the program runs */
  readonly started: () => Promise<void>;
  /** resolves when the program and its child have ended */
  readonly ended: () => Promise<void>;
}

/** Returns a program that runs until it is stopped. */
function lingering(server: SshServer): Lingering {
  const file = join(server.home, 'running');
  return {
    argv: ['sh', '-c', LINGER],
    env: { LINGERING: file },
    started: async () => void (await vi.waitUntil(() => existsSync(file), PATIENCE)),
    // the processes of the server are visible from outside its namespace
    ended: async () => void (await vi.waitUntil(() => !isInEnvironment(`LINGERING=${file}`), PATIENCE)),
  };
}

function isInEnvironment(variable: string): boolean {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(variable);
    } catch {
      return false; // it has ended
    }
  });
}

test('a program ends on the host with its children when the caller aborts', async () => {
  const server = await startSshServer();
  const test = await openTestConnection(server);
  const program = lingering(server);
  const stop = new AbortController();
  const run = test.runner.run({ ...program, stdin: { open: true }, signal: stop.signal });
  await program.started();
  stop.abort(new Error('stopped by the test'));
  await expect(run).rejects.toThrow('stopped by the test');
  await program.ended();
  expect((await test.runner.run({ argv: ['echo', 'usable'] })).stdout).toBe('usable\n');
});

test('a program that runs too long ends on the host', async () => {
  const server = await startSshServer();
  const test = await openTestConnection(server);
  const program = lingering(server);
  const run = test.runner.run({ ...program, timeoutMs: 1500 });
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
  const program = lingering(server);
  const run = test.runner.run(program);
  run.catch(() => undefined);
  await program.started();
  await test.connection.close();
  await program.ended();
  await expect(run).rejects.toMatchObject({ code: 'RMA_HOST_LOST' });
});

test('nothing is left here or on the host when rma is killed', async () => {
  const server = await startSshServer();
  const program = lingering(server);
  const bundle = await bundleProgram('test/adapters/ssh/programs/run-remote.ts');
  const rma = startCommand([
    process.execPath,
    bundle,
    server.bin,
    String(server.port),
    'env',
    `LINGERING=${program.env['LINGERING']}`,
    ...program.argv,
  ]);
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
  const program = lingering(server);
  const run = test.runner.run(program);
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
  const program = lingering(server);
  const run = test.runner.run(program);
  await program.started();
  const lost = expect(run).rejects.toMatchObject({
    code: 'RMA_HOST_LOST',
    message: expect.stringContaining('not responding'),
  });
  await server.freeze();
  onTestFinished(() => server.thaw());
  await lost;
});

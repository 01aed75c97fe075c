import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { SshRunner } from '../../../src/adapters/ssh/ssh-runner.ts';
import { openTestConnection } from '../../helpers/ssh/open-connection.ts';
import { startSshServer } from '../../helpers/ssh/ssh-server.ts';

test('a program on the streams of the terminal shows its output only, and has its exit code', async () => {
  const server = await startSshServer({ bashrc: 'echo Welcome; printf "no line feed"' });
  const { connection, local } = await openTestConnection(server);
  const terminal = new PassThrough();
  const shown = text(terminal);
  const runner = new SshRunner({ connection, local, terminal });
  const argv = ['sh', '-c', 'echo "$1"; tty >&2; exit 5', 'sh', "it's"] as const;
  expect(await runner.passThrough({ argv, env: { A: 'b' } })).toBe(5);
  terminal.end();
  expect(await shown).toBe("it's\n");
  await expect(runner.passThrough({ argv: ['no-such-program'] })).rejects.toMatchObject({
    code: 'RMA_COMMAND_MISSING',
  });
});

test('a program with a terminal gets one on the host', async () => {
  const { connection, local } = await openTestConnection(await startSshServer({ bashrc: 'echo Welcome' }));
  const terminal = new PassThrough();
  const shown = text(terminal);
  const runner = new SshRunner({ connection, local, terminal });
  expect(await runner.passThrough({ argv: ['tty'], tty: true })).toBe(0);
  terminal.end();
  expect(await shown).toMatch(/^\/dev\/pts\/\d+\r?\n$/);
});

test('a program on the streams of the terminal ends with the signal', async () => {
  const { connection, local } = await openTestConnection(await startSshServer());
  const terminal = new PassThrough();
  const runner = new SshRunner({ connection, local, terminal });
  const stop = new AbortController();
  const run = runner.passThrough({ argv: ['sh', '-c', 'echo running; sleep 1000'], signal: stop.signal });
  terminal.once('data', () => stop.abort(new Error('stopped by the test')));
  await expect(run).rejects.toThrow('stopped by the test');
});

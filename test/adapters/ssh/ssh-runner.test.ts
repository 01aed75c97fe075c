import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { openTestConnection } from '../../helpers/ssh/open-connection.ts';
import { startSshServer } from '../../helpers/ssh/ssh-server.ts';

test('arguments and variables arrive as they are', async () => {
  const { runner } = await openTestConnection(await startSshServer());
  const words = ["it's", 'a  b', '$HOME', '`id`', 'x\\y', '-z', 'one\ntwo', '', '"', '*', 'ä€', '!1', '~'];
  const env = { FIRST: "b 'c'", LAST: '$PATH' };
  const argv = ['sh', '-c', 'printf "%s|" "$FIRST" "$LAST" "$@"', 'sh', ...words] as const;
  const { stdout } = await runner.run({ argv, env });
  expect(stdout).toBe(["b 'c'", '$PATH', ...words, ''].join('|'));
});

test('what the startup files of the login shell print is in no output of a program', async () => {
  const bashrc = 'echo Welcome; echo "quota exceeded" >&2; printf "no line feed"; printf "nor here" >&2';
  const { runner } = await openTestConnection(await startSshServer({ bashrc }));
  const argv = ['sh', '-c', 'echo out; echo err >&2'] as const;
  expect(await runner.run({ argv })).toEqual({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
  const lines: string[] = [];
  const add = (line: string) => void lines.push(line);
  await runner.run({ argv, onStdout: add, onStderr: add });
  expect(lines.toSorted()).toEqual(['err', 'out']);
});

test('a program has its own exit code, also the one of ssh', async () => {
  const { runner } = await openTestConnection(await startSshServer());
  const codes = await Promise.all(
    [0, 1, 127, 255].map(async (code) => (await runner.run({ argv: ['sh', '-c', `exit ${code}`] })).exitCode),
  );
  expect(codes).toEqual([0, 1, 127, 255]);
  await expect(runner.run({ argv: ['no-such-program'] })).rejects.toMatchObject({
    code: 'RMA_COMMAND_MISSING',
    exitCode: 3,
    message: 'command "no-such-program" not found on host box1',
    details: { host: 'box1' },
  });
});

test('bytes pass through a program unchanged', async () => {
  const { runner } = await openTestConnection(await startSshServer({ bashrc: 'echo Welcome' }));
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256));
  const received: Uint8Array[] = [];
  const outcome = await runner.run({
    argv: ['cat'],
    stdin: { bytes: Readable.from([sent.subarray(0, 1000), sent.subarray(1000)]) },
    readStdout: async (bytes) => {
      for await (const chunk of bytes) received.push(chunk);
    },
  });
  expect(outcome.exitCode).toBe(0);
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

test('25 commands at once run on a server that accepts three logins at a time, ten sessions each', async () => {
  const server = await startSshServer({ config: ['MaxStartups 3:100:3', 'MaxSessions 10'] });
  const { runner } = await openTestConnection(server);
  // all of them run at the same time: each waits for all the others
  const folder = join(server.home, 'running');
  const wait =
    'mkdir -p "$1"; : >"$1/$2"; until [ "$(ls "$1" | wc -l)" -ge 25 ]; do sleep 0.05; done; echo "$2"';
  const numbers = Array.from({ length: 25 }, (_, at) => String(at));
  const outcomes = await Promise.all(
    numbers.map((number) => runner.run({ argv: ['sh', '-c', wait, 'sh', folder, number] })),
  );
  expect(outcomes.map(({ stdout }) => stdout.trim())).toEqual(numbers);
  const logins = server.log().split('Accepted publickey').length - 1;
  expect(logins).toBe(4);
});

test('a server that allows few sessions on a connection gets more connections', async () => {
  const { runner } = await openTestConnection(await startSshServer({ config: ['MaxSessions 3'] }));
  const outcomes = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((word) => runner.run({ argv: ['cat'], stdin: word })),
  );
  expect(outcomes.map(({ stdout }) => stdout).join('')).toBe('abcde');
});

test('a server that allows one session is refused with the setting to change', async () => {
  const { runner } = await openTestConnection(await startSshServer({ config: ['MaxSessions 1'] }));
  await expect(runner.run({ argv: ['true'] })).rejects.toMatchObject({
    code: 'RMA_HOST_SESSIONS',
    exitCode: 3,
    hint: expect.stringContaining('MaxSessions'),
  });
});

test('an account without a shell is reported with what it prints', async () => {
  const server = await startSshServer({ config: ['ForceCommand echo "This account is closed."'] });
  writeFileSync(join(server.home, '.hushlogin'), '');
  await expect(openTestConnection(server)).rejects.toMatchObject({
    code: 'RMA_HOST_SHELL',
    exitCode: 3,
    message: 'host box1 accepts the login but runs no commands: This account is closed.',
  });
});

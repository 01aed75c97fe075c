import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCommand } from '../helpers/process/program.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, runProgram } from '../helpers/stack/engine-script.ts';
import { ENGINE, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';

test('[req N21] [case CLI] [case S11] a running project: commands in its services, and its logs', async () => {
  const stack = await startStack();
  await stack.up();
  await commandsRun(stack);
  await logsAreSplit(stack);
  await logsAreFollowed(stack, 'SIGINT', 130);
  await logsAreFollowed(stack, 'end of the container', 0);
});

async function commandsRun(stack: Stack): Promise<void> {
  const exec = (...args: readonly string[]) => stack.rma('exec', ...args);
  // options after the service belong to the command
  expect(await exec(WORKER, 'sh', '-c', 'echo out; echo err >&2; exit 7')).toEqual({
    code: 7,
    stdout: 'out\n',
    stderr: 'err\n',
  });
  expect((await exec('-u', '4711', '-w', '/tmp', WORKER, 'sh', '-c', 'echo $(id -u) $(pwd)')).stdout).toBe(
    '4711 /tmp\n',
  );
  const json = await exec('--json', WORKER, 'sh', '-c', 'echo out; exit 3');
  expect(json).toMatchObject({ code: 3, stderr: '' });
  expect(JSON.parse(json.stdout)).toEqual({
    schema: 'rma.exec/v1',
    service: WORKER,
    exitCode: 3,
    stdout: 'out\n',
    stderr: '',
  });
  // `script` runs it on a terminal
  const main = [process.execPath, join(CHECKOUT, 'dist/cli/main.js'), '--dir', stack.dir];
  const onTerminal = [...main, 'exec', WORKER, 'sh', '-c', '"test -t 0 && test -t 1 && echo yes"'];
  const terminal = await runProgram('script', ['-qec', onTerminal.join(' '), '/dev/null'], engineEnv());
  expect(terminal.stdout).toContain('yes');

  expect(await exec(`${WORKER}x`, 'true')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(new RegExp(`RMA_SERVICE_UNKNOWN|did you mean ${WORKER}\\?`)),
  });
  await stack.docker('stop', await stack.container(ENGINE));
  expect(await exec(ENGINE, 'true')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/is not running \(exited\)[\s\S]*RMA_SERVICE_NOT_RUNNING/),
  });
}

async function logsAreSplit(stack: Stack): Promise<void> {
  const { stdout, stderr } = await runProgram('docker', ['logs', await stack.container(WORKER)], engineEnv());
  expect(stdout).toMatch(/^\S+ INFO {2}\[downloading\] Downloading hf:/m);
  expect(stderr).not.toContain('INFO');
}

/** Neither the user who stops it nor the end of the container causes a message. */
async function logsAreFollowed(
  stack: Stack,
  end: 'SIGINT' | 'end of the container',
  code: number,
): Promise<void> {
  const main = join(CHECKOUT, 'dist/cli/main.js');
  const argv = [process.execPath, main, '--dir', stack.dir, 'logs', '-f', WORKER] as const;
  const following = startCommand(argv, { env: engineEnv() });
  await following.printed('Downloading hf:');
  if (end === 'SIGINT') following.child.kill('SIGINT');
  else await stack.docker('rm', '--force', await stack.container(WORKER));
  const ended = await following.ended;
  // Compose ends the line of the terminal's ^C
  expect([ended.code, ended.stderr.trim()]).toEqual([code, '']);
}

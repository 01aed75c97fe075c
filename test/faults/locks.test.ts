import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { testTimeout } from '../helpers/patience.ts';
import { bundleProgram, startProgram } from '../helpers/process/program.ts';
import { startRma } from '../helpers/stack/running-rma.ts';
import { startStack, WORKER } from '../helpers/stack/stack.ts';

const planner = fileURLToPath(new URL('./programs/planner.ts', import.meta.url));

test('[case S05] down during up is refused with its holder, and so is up during down', async () => {
  const stack = await startStack();
  const slow = stack.hub.faults.add({ kind: 'slow', bytesPerSecond: 1 });
  const up = startRma(stack, 'up', '--progress', 'plain');
  await up.line(/waiting for|downloading/);
  const held = `project "${stack.project}" is locked by rma up (user `;
  for (const verb of ['down', 'up', 'restart']) {
    const { code, stderr } = await stack.rma(verb);
    expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringContaining(held) });
    expect(stderr).toContain(`PID ${up.child.pid}) since `);
    expect(stderr).toContain(`rma lock release -p ${stack.project}`);
  }
  // plans and reports need no lock
  expect(await stack.rma('plan')).toMatchObject({ code: 0 });
  expect(await stack.rma('status')).toMatchObject({ code: 0 });
  expect(await stack.rma('down', '--dry-run')).toMatchObject({ code: 0 });

  const { stdout } = await stack.rma('lock', 'status', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'rma.lock-status/v1',
    locks: expect.arrayContaining([
      expect.objectContaining({ project: stack.project, state: 'held', command: 'up', pid: up.child.pid }),
    ]),
  });
  const refused = await stack.rma('lock', 'release');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Release the lock?') });

  // the lock of a killed command is taken over at once, and its worker continues meanwhile
  up.child.kill('SIGKILL');
  await up.ended;
  expect((await stack.rma('lock', 'status')).stdout).toContain('abandoned');
  expect(Object.keys(await stack.containers())).toContain(WORKER);
  slow.remove();
  expect(await stack.rma('up')).toMatchObject({ code: 0 });
  expect(await stack.docker('volume', 'ls', '--quiet', '--filter', 'label=rma.nonce')).toBe('');
});

test.each([
  ['by Ctrl-C', 130, (child: ChildProcess): boolean => child.kill('SIGINT')],
  ['because nobody reads its output', 1, (child: ChildProcess): unknown => child.stderr?.destroy()],
] as const)('[case S02] up that stops %s leaves no lock and no reservation', async (_how, code, stop) => {
  const stack = await startStack();
  stack.hub.faults.add({ kind: 'slow', bytesPerSecond: 1 });
  const up = startRma(stack, 'up', '--progress', 'plain');
  // lines follow, so that it notices that its output is closed
  await up.line(/starting coordinator/);
  const records = async (): Promise<string> =>
    stack.docker(
      'volume',
      'ls',
      '--quiet',
      '--filter',
      'label=rma.nonce',
      '--filter',
      `label=rma.project=${stack.project}`,
    );
  expect(await records()).toContain('rma-reservation-');
  stop(up.child);
  expect(await up.ended).toBe(code);
  expect(await records()).toBe('');
});

test('rma lock release frees a project whose command is suspended; that command stops when it continues', async () => {
  const stack = await startStack();
  stack.hub.faults.add({ kind: 'slow', bytesPerSecond: 1 });
  const up = startRma(stack, 'up', '--progress', 'plain');
  await up.line(/waiting for|downloading/);
  up.child.kill('SIGSTOP');
  expect(await stack.rma('down')).toMatchObject({ code: 7 });
  expect(await stack.rma('lock', 'release', '--yes')).toMatchObject({
    code: 0,
    stdout: `Released project "${stack.project}".\n`,
  });
  expect(await stack.rma('down')).toMatchObject({ code: 0 });
  expect(await stack.docker('volume', 'ls', '--quiet', '--filter', 'label=rma.nonce')).toBe('');
  up.child.kill('SIGCONT');
  expect(await up.ended).not.toBe(0);
  expect(Object.keys(await stack.containers())).toEqual([]);
});

test(
  '[case S02] [fail L10] 12 processes that plan at once never reserve more GPUs or RAM than there are, also when some are killed',
  async () => {
    const stack = await startStack();
    const run = `rma-race-${randomUUID().slice(0, 8)}`;
    const projects = Array.from({ length: 12 }, (_, at) => `${run}-${at}`);
    onTestFinished(async () => {
      for (const project of projects) {
        const filter = ['--filter', `label=rma.project=${project}`];
        const names = (await stack.docker('volume', 'ls', '--quiet', ...filter))
          .split('\n')
          .filter((name) => name !== '');
        if (names.length > 0) await stack.docker('volume', 'rm', ...names);
      }
    });
    const program = await bundleProgram(planner);
    const runs = projects.map((project, at) => {
      const killed = at % 6 === 0 ? '1' : 'never';
      return startProgram(program, [stack.env['DOCKER_HOST'] ?? '', run, project, '4', killed]);
    });
    const ends = await Promise.all(runs.map(async ({ ended }) => ended));
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      projects.map((_, at) => ({ code: at % 6 === 0 ? null : 0, stderr: '' })),
    );
  },
  testTimeout(2),
);

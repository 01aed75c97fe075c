import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GROUP_MOUNT } from '../../../src/core/domain/worker-config.ts';
import { groupScript } from '../../../src/core/fleet/group-script.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { PATIENCE } from '../../helpers/patience.ts';
import { type RunningProgram, startCommand } from '../../helpers/process/program.ts';

/** Runs until the directory of the test is removed. */
const NEVER_ENDS = 'echo "program up"; while [ -e "$GROUP" ]; do sleep 1; done';

test('a program of a group starts when the generation is set, and again for each other generation', async () => {
  const group = tempFolder();
  const script = start(group, NEVER_ENDS);
  set(group, 4);
  await script.printed('generation 4 starts');
  await expect.poll(() => read(group, 'running'), PATIENCE).toBe('4\n');
  set(group, 5);
  await script.printed('generation 4 stops');
  await script.printed('generation 5 starts');
  await expect.poll(() => read(group, 'running'), PATIENCE).toBe('5\n');
  expect(read(group, 'ended')).toBe('4\n');
});

test('a program that exits is reported, and not started again in its generation', async () => {
  const group = tempFolder();
  set(group, 1);
  const script = start(group, 'exit 7');
  await script.printed('the program of generation 1 exited with code 7');
  await expect.poll(() => read(group, 'ended'), PATIENCE).toBe('1\n');
  set(group, 2);
  await script.printed('generation 2 starts');
});

test('a container that restarts alone reports the end of the generation in which it ran', async () => {
  const group = tempFolder();
  set(group, 3);
  const killed = start(group, NEVER_ENDS);
  await killed.printed('program up');
  killed.child.kill('SIGKILL');
  const restarted = start(group, NEVER_ENDS);
  await expect.poll(() => read(group, 'ended'), PATIENCE).toBe('3\n');
  set(group, 4);
  await restarted.printed('generation 4 starts');
});

test('a program that ignores SIGTERM is killed after the grace period', async () => {
  const group = tempFolder();
  set(group, 1);
  const script = start(group, `trap "" TERM; ${NEVER_ENDS}`, 1);
  await script.printed('program up');
  set(group, 2);
  await expect.poll(() => read(group, 'running'), PATIENCE).toBe('2\n');
});

test('a stop of the container reaches the program, before and after its start', async () => {
  const idle = start(tempFolder(), NEVER_ENDS);
  await idle.printed('waiting for all hosts');
  idle.child.kill('SIGTERM');
  expect((await idle.ended).code).toBe(0);
  const group = tempFolder();
  set(group, 1);
  const script = start(group, `trap 'echo "program stopped"; exit' TERM; ${NEVER_ENDS}`);
  await script.printed('program up');
  script.child.kill('SIGTERM');
  expect(await script.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('program stopped') });
  expect(read(group, 'ended')).toBe('1\n');
});

/** Starts the script with its directory at `group` and the shell command as its program. */
function start(group: string, command: string, stopGraceSeconds = 60): RunningProgram {
  const script = groupScript(stopGraceSeconds).replaceAll(GROUP_MOUNT, group);
  return startCommand(['sh', '-c', script, 'group', 'sh', '-c', command], {
    env: { ...process.env, GROUP: group },
  });
}

function set(group: string, generation: number): void {
  writeFileSync(join(group, 'generation.new'), `${generation}\n`);
  renameSync(join(group, 'generation.new'), join(group, 'generation'));
}

function read(group: string, name: string): string | null {
  try {
    return readFileSync(join(group, name), 'utf8');
  } catch {
    return null;
  }
}

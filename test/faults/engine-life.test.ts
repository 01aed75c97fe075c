import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineCopy } from '../helpers/stack/engine-copy.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, engineScript, runProgram } from '../helpers/stack/engine-script.ts';
import { runHiding } from '../helpers/stack/other-machine.ts';

const SLEEP = ['busybox', '/usr/bin/busybox', 'sleep', '3600'] as const;

/** A running engine in another checkout, with one container that always restarts. */
const runningCopy = async (): Promise<EngineCopy> => {
  const copy = await EngineCopy.create();
  expect(await copy.engine('up')).toMatchObject({ code: 0, stderr: '' });
  await copy.importBusybox(engineEnv(), engineEnv()['RMA_WORKER_BASE'] ?? '');
  await copy.docker('run', '--detach', '--name', 'kept', '--restart', 'always', ...SLEEP);
  return copy;
};

test('two checkouts run side by side, one in a path with spaces, and purge removes only one', async () => {
  const copy = await runningCopy();
  const mine = await runProgram('docker', ['info', '--format', '{{.ID}} {{.DockerRootDir}}'], engineEnv());
  const other = await copy.docker('info', '--format', '{{.ID}} {{.DockerRootDir}}');
  expect(other).toContain(join(copy.checkout, '.engine'));
  expect(mine.stdout).toContain(join(CHECKOUT, '.engine'));

  expect(await copy.engine('purge')).toMatchObject({ code: 0, stderr: '' });
  expect(await copy.leftovers()).toEqual([]);
  expect(existsSync(join(copy.checkout, '.engine'))).toBe(false);
  expect((await engineScript(CHECKOUT, 'status')).code).toBe(0);
});

test('down leaves no process, mount, cgroup or directory, and the next up keeps images and volumes', async () => {
  const copy = await runningCopy();
  await copy.docker('volume', 'create', 'models');
  expect(await copy.engine('down')).toMatchObject({ code: 0, stderr: '' });
  expect(await copy.leftovers()).toEqual([]);
  expect((await copy.engine('status')).code).toBe(1);

  await copy.engine('up');
  expect(await copy.docker('images', '--format', '{{.Repository}}')).toBe('busybox');
  expect(await copy.docker('volume', 'ls', '--format', '{{.Name}}')).toBe('models');
  expect(await copy.docker('ps', '--all', '--quiet')).toBe('');
});

test.each(['dockerd', 'everything'] as const)(
  'up after kill -9 of %s starts again, with its containers',
  async (what) => {
    const copy = await runningCopy();
    await copy.kill(what);
    expect(await copy.leftovers()).toContain('directory');

    expect(await copy.engine('up')).toMatchObject({ code: 0, stderr: '' });
    expect(await copy.docker('ps', '--format', '{{.Names}}')).toBe('kept');
  },
);

test('up restarts a killed network and forwarder, and keeps the containers running', async () => {
  const copy = await runningCopy();
  const before = await copy.docker('inspect', '--format', '{{.State.StartedAt}}', 'kept');
  await copy.kill('helpers');
  expect(await copy.engine('up')).toMatchObject({ code: 0, stderr: '' });
  expect(await copy.docker('inspect', '--format', '{{.State.StartedAt}}', 'kept')).toBe(before);
  const { stdout } = await copy.engine('leftovers');
  expect(stdout.match(/slirp4netns --configure|forwarder.mjs (in|out)side/g)).toHaveLength(3);
});

test('down removes leftovers of a killed engine, including a paused container', async () => {
  const copy = await runningCopy();
  await copy.docker('pause', 'kept');
  await copy.kill('dockerd');
  expect(await copy.engine('down')).toMatchObject({ code: 0, stderr: '' });
  expect(await copy.leftovers()).toEqual([]);
});

test('docker top lists the processes of a container on a host without ps', async () => {
  const copy = await EngineCopy.create();
  const up = await runHiding('/usr/bin/ps', [join(copy.checkout, 'scripts/engine.sh'), 'up']);
  expect(up).toMatchObject({ code: 0, stderr: '' });
  await copy.importBusybox(engineEnv(), engineEnv()['RMA_WORKER_BASE'] ?? '');
  await copy.docker('run', '--detach', '--name', 'kept', ...SLEEP);
  expect(await copy.docker('top', 'kept', '-eo', 'pid,args')).toContain('sleep 3600');
});

test('two concurrent calls of up start one engine', async () => {
  const copy = await EngineCopy.create();
  const both = await Promise.all([copy.engine('up'), copy.engine('up')]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const { stdout } = await copy.engine('leftovers');
  expect(stdout.match(/^process \d+ dockerd /gm)).toHaveLength(1);
});

test('get repairs a directory that was only partly unpacked', async () => {
  const copy = await EngineCopy.create();
  const daemon = join(copy.checkout, '.engine/root/usr/sbin/dockerd');
  // the marker is written last
  await rm(join(copy.checkout, '.engine/get.done'));
  await rm(daemon);
  await writeFile(daemon, 'half of it');

  expect((await copy.engine('get')).code).toBe(0);
  const { stdout } = await runProgram(daemon, ['--version']);
  expect(stdout).toContain('Docker version 28.');
});

test('get fails without a network, and is not marked as done', async () => {
  const copy = await EngineCopy.create();
  await rm(join(copy.checkout, '.engine/get.done'));
  const get = await runProgram('unshare', ['--net', join(copy.checkout, 'scripts/engine.sh'), 'get']);
  expect(get.code).toBe(1);
  expect(get.stderr).toContain('error: the packages could not be fetched or unpacked');
  expect(existsSync(join(copy.checkout, '.engine/get.done'))).toBe(false);
});

test('an engine that cannot start is reported and leaves nothing', async () => {
  const copy = await EngineCopy.create();
  // a dockerd that exits at once
  await rm(join(copy.checkout, '.engine/bin/runc'));
  await rm(join(copy.checkout, '.engine/root/usr/sbin/dockerd'));
  await runProgram('cp', ['/bin/false', join(copy.checkout, '.engine/root/usr/sbin/dockerd')]);
  const { code, stderr } = await copy.engine('up');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('error: the private Docker Engine did not start'),
  });
  expect(await copy.leftovers()).toEqual([]);
});

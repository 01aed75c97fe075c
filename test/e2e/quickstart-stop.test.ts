import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineCopy } from '../helpers/stack/engine-copy.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, runProgram, type ScriptResult } from '../helpers/stack/engine-script.ts';

/** A checkout in which quickstart has started its private engine. */
async function quickstarted(): Promise<EngineCopy> {
  const copy = await EngineCopy.create();
  await mkdir(join(copy.checkout, '.quickstart'));
  await writeFile(join(copy.checkout, '.quickstart/engine'), 'private');
  return copy;
}

/** Such a checkout with a container and a volume of another project, and a container and a volume of quickstart. */
async function shared(): Promise<EngineCopy> {
  const copy = await quickstarted();
  expect(await copy.engine('up')).toMatchObject({ code: 0, stderr: '' });
  await copy.importBusybox(engineEnv(), engineEnv()['RMA_WORKER_BASE'] ?? '');
  for (const [project, name] of [['other', 'kept'] as const, ['rma-quickstart', 'own'] as const]) {
    const labels = ['--label', `com.docker.compose.project=${project}`];
    await copy.docker('create', '--name', name, ...labels, 'busybox', '/usr/bin/busybox', 'true');
  }
  for (const name of ['rma-models', 'rma-quickstart-models']) await copy.docker('volume', 'create', name);
  return copy;
}

const quickstart = (
  { checkout }: Pick<EngineCopy, 'checkout'>,
  ...args: readonly string[]
): Promise<ScriptResult> => runProgram(join(checkout, 'scripts/quickstart.sh'), args);

test('--down keeps the private engine running while other projects have containers in it', async () => {
  const copy = await shared();
  const { code, stdout } = await quickstart(copy, '--down');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringContaining('    container kept (project other)\n'),
  });
  expect(stdout).not.toContain('container own');
  expect(await copy.docker('ps', '--all', '--format', '{{.Names}}')).toContain('kept');

  await copy.docker('rm', 'kept');
  expect((await quickstart(copy, '--down')).stdout).toContain('docker engine stopped');
  expect((await copy.engine('status')).code).toBe(1);
});

test('--purge names what other projects have in the engine, and deletes it only with --yes', async () => {
  const copy = await shared();
  const refused = await quickstart(copy, '--purge');
  expect(refused.code).toBe(3);
  expect(refused.stderr).toMatch(/ {2}container kept \(project other\)\n {2}volume rma-models \(\S+\)\n/);
  expect(refused.stderr).not.toMatch(/container own|rma-quickstart-models/);
  expect((await copy.engine('status')).code).toBe(0);

  // volumes are found without a running engine too
  await copy.engine('down');
  const stopped = await quickstart(copy, '--purge');
  expect(stopped).toMatchObject({ code: 3, stderr: expect.stringContaining('volume rma-models') });

  const { code, stdout } = await quickstart(copy, '--purge', '--yes');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('docker engine deleted') });
  expect(stdout).toContain('volume rma-models');
  expect(stdout.match(/docker engine stopped/g)).toHaveLength(1);
  expect(existsSync(join(copy.checkout, '.engine'))).toBe(false);
  expect(await quickstart(copy, '--purge')).toMatchObject({
    code: 0,
    stdout: '  nothing to delete: quickstart has created nothing here\n',
  });
});

test.each(['--coordinator-port', '--port'])('%s requires a value', async (option) => {
  expect(await quickstart({ checkout: CHECKOUT }, option)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`error: ${option} requires a value\n`),
  });
});

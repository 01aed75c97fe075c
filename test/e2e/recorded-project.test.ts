import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, runProgram } from '../helpers/stack/engine-script.ts';
import { startStack, WORKER } from '../helpers/stack/stack.ts';

const rmaIn = (dir: string, ...args: readonly string[]) =>
  runProgram(process.execPath, [join(CHECKOUT, 'dist/cli/main.js'), '--dir', dir, ...args], {
    ...engineEnv(),
    HF_HOME: join(dir, 'home'),
  });

test('[case S07] a project is found after its directory was renamed, and not in a copy of it', async () => {
  const stack = await startStack();
  // without a name in the file, the directory names the project
  const file = join(stack.dir, 'rma.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^project: .*\n/m, ''));
  await stack.up('--project', stack.project);
  const named = `${stack.dir}/.rma/${stack.project}`;
  await cp(named, `${stack.dir}/.rma`, { recursive: true });

  const renamed = `${stack.dir}-renamed`;
  onTestFinished(() => rm(renamed, { recursive: true, force: true }));
  await rename(stack.dir, renamed);
  const found = await rmaIn(renamed, 'ps', '-q');
  expect(found).toMatchObject({ code: 0, stdout: expect.stringContaining(WORKER) });

  await cp(renamed, stack.dir, { recursive: true });
  const copied = await rmaIn(renamed, 'ps', '-q');
  expect(copied.stdout).not.toContain(WORKER);
});

test('[case S08] a store given once is kept by a plain up', async () => {
  const stack = await startStack();
  const other = `${stack.volume}-other`;
  onTestFinished(async () => {
    await runProgram('docker', ['volume', 'rm', '--force', other], engineEnv());
  });
  const file = join(stack.dir, 'rma.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^volumes: .*\n/m, ''));
  await stack.up('--volume', `named:${other}`, '--cache-volume', `named:${stack.project}-cache`);
  const before = await stack.containers();
  expect((await stack.up()).changed).toBe(false);
  expect(await stack.containers()).toEqual(before);
  const shown = await stack.rma('config', 'show', '--origin');
  expect(shown.stdout).toMatch(new RegExp(`volumes.store +named:${other} +--volume of an earlier rma up`));
});

test('[case S07] a port of another rma project is named as such', async () => {
  const first = await startStack();
  await first.up();
  const second = await startStack();
  const taken = await second.rma('up', '--coordinator-port', String(first.ports.coordinator));
  expect(taken).toMatchObject({ code: 3, stderr: expect.stringContaining('RMA_PORT_TAKEN') });
  expect(taken.stderr).toContain(`in use by coordinator of the rma project "${first.project}"`);
  expect(taken.stderr).toContain(`rma down -p ${first.project}`);
});

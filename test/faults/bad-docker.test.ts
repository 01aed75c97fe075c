import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { builtRma, installedRma, run } from '../helpers/cli/spawn-rma.ts';
import { snapshot } from '../helpers/files/snapshot.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, engineScript, evaluatedEnv } from '../helpers/stack/engine-script.ts';

beforeAll(async () => {
  const { code, stderr } = await engineScript(CHECKOUT, 'legacy', 'up', '--yes');
  if (code !== 0) throw new Error(stderr);
});
afterAll(async () => void (await engineScript(CHECKOUT, 'legacy', 'down')));

async function project(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'rma-bad-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await chmod(dir, 0o755);
  await writeFile(join(dir, 'rma.yaml'), 'project: bad\nprofiles: [cpu-worker]\n');
  return dir;
}

/** Only the variables of a user's shell, without those of the tests. */
function shell(dir: string, env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const { PATH = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = env;
  return { PATH, DOCKER_HOST, DOCKER_CONFIG, HOME: dir, HF_ENDPOINT: 'http://127.0.0.1:1' };
}

async function docker(env: Record<string, string>, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(['docker', ...args], { env });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}

describe('an unusable Docker fails with exit code 3 and changes nothing:', () => {
  const OLD = {
    exitCode: 3,
    code: 'RMA_DOCKER_TOO_OLD',
    words: ['20.10', '25.0', 'docs.docker.com'],
  } as const;

  test.each([['none'], ['v1'], ['v2']])('the engine of Debian 12, with Compose: %s', async (compose) => {
    const dir = await project();
    const env = shell(dir, { ...process.env, ...(await evaluatedEnv(CHECKOUT, 'legacy', 'env', compose)) });
    const look = async () => [
      await snapshot(dir),
      await docker(env, 'ps', '-aq'),
      await docker(env, 'volume', 'ls', '-q'),
    ];
    const before = await look();
    for (const command of ['up', 'plan', 'down', 'ps', 'models pull']) {
      const argv = builtRma(...command.split(' '));
      expectFault(await run(argv, { env, cwd: dir }), OLD);
      expectFault(await run([...argv, '--json'], { env, cwd: dir }), { ...OLD, json: true });
    }
    expect(await look()).toEqual(before);
  });

  test.each([
    ['no Compose plugin', 'none', 'RMA_COMPOSE_MISSING', 'docker-compose-plugin'],
    ['Compose 1.29 instead of the plugin', 'v1', 'RMA_COMPOSE_TOO_OLD', '1.29.2'],
    ['Compose 2.17', 'v2', 'RMA_COMPOSE_TOO_OLD', '2.17.3'],
  ])('a current engine with %s', async (...[, compose, code, words]) => {
    const dir = await project();
    const legacy = await evaluatedEnv(CHECKOUT, 'legacy', 'env', compose);
    const env = shell(dir, { ...process.env, ...legacy, DOCKER_HOST: engineEnv()['DOCKER_HOST'] ?? '' });
    const before = await snapshot(dir);
    const fault = { exitCode: 3, code, words: [words] };
    expectFault(await run(builtRma('up'), { env, cwd: dir }), fault);
    expectFault(await run(builtRma('up', '--json'), { env, cwd: dir }), { ...fault, json: true });
    expect(await snapshot(dir)).toEqual(before);
  });

  test('a socket without a docker command', async () => {
    const dir = await project();
    const bin = join(dir, 'bin');
    await mkdir(bin);
    await symlink(process.execPath, join(bin, 'node'));
    const env = { ...shell(dir, engineEnv()), PATH: bin };
    const fault = { exitCode: 3, code: 'RMA_COMMAND_MISSING', words: ['"docker"', 'docs.docker.com'] };
    expectFault(await run(builtRma('up'), { env, cwd: dir }), fault);
    expect(await readdir(dir)).toEqual(['bin', 'rma.yaml']);
  });

  test('permission denied on the socket', async () => {
    const dir = await project();
    const env = shell(dir, engineEnv());
    const socket = (env['DOCKER_HOST'] ?? '').replace('unix://', '');
    const { uid, mode } = await lstat(socket);
    expect([uid, mode & 0o007]).toEqual([0, 0]);
    const before = await snapshot(dir);
    const rma = await installedRma();
    const fault = { exitCode: 3, code: 'RMA_DOCKER_DENIED', words: [socket, 'usermod -aG docker'] };
    for (const command of ['up', 'plan', 'ps', 'models pull']) {
      expectFault(await run(rma(...command.split(' ')), { env, cwd: dir, uid: 12_345 }), fault);
    }
    expectFault(await run(rma('up', '--json'), { env, cwd: dir, uid: 12_345 }), {
      ...fault,
      json: true,
    });
    expect(await snapshot(dir)).toEqual(before);
  });
});

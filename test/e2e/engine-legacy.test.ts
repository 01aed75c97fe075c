import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CHECKOUT,
  engineScript,
  evaluatedEnv,
  runProgram,
  type ScriptResult,
} from '../helpers/stack/engine-script.ts';

beforeAll(async () => {
  const { code, stderr } = await engineScript(CHECKOUT, 'legacy', 'up', '--yes');
  if (code !== 0) throw new Error(stderr);
});
afterAll(async () => void (await engineScript(CHECKOUT, 'legacy', 'down')));

const oldDocker = async (compose: string, ...args: readonly string[]): Promise<ScriptResult> =>
  runProgram('docker', args, { ...process.env, ...(await evaluatedEnv(CHECKOUT, 'legacy', 'env', compose)) });

test('the Docker Engine of Debian 12 listens on its own socket', async () => {
  const { stdout } = await oldDocker(
    'none',
    'version',
    '--format',
    '{{.Server.Version}} {{.Client.Version}}',
  );
  expect(stdout).toMatch(/^20\.10\.\S+ 20\.10\./);
});

test.each([
  ['none', "docker: 'compose' is not a docker command."],
  ['v1', 'docker-compose version 1.29.2'],
  ['v2', 'Docker Compose version v2.17.3'],
])('the Compose of the old client can be: %s', async (compose, said) => {
  const { stdout, stderr } = await oldDocker(compose, 'compose', 'version');
  expect(stdout + stderr).toContain(said);
});

test('stopping it keeps the new engine running', async () => {
  expect((await engineScript(CHECKOUT, 'legacy', 'down')).code).toBe(0);
  expect((await engineScript(CHECKOUT, 'status')).stdout).toContain('Docker Engine 28.');
  expect((await engineScript(CHECKOUT, 'legacy', 'up')).code).toBe(0);
});

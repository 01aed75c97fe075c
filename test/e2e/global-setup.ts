import type { TestProject } from 'vitest/node';
import { buildIfOld } from '../helpers/stack/build-if-old.ts';
import '../helpers/stack/engine-env.ts';
import { CHECKOUT, engineScript, evaluatedEnv, runProgram } from '../helpers/stack/engine-script.ts';

/**
 * Provides a real Docker Engine: the private one, or with RMA_TEST_ENGINE=user the one that `docker`
 * uses (then RMA_WORKER_BASE and RMA_IMAGES are its base images). Restores the state of the private one:
 * stops it unless it was running or RMA_KEEP_ENGINE is set. Builds rma first if the build is missing or outdated.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildIfOld();
  if (process.env['RMA_TEST_ENGINE'] === 'user') {
    project.provide('engineEnv', {});
    return async () => {};
  }
  const before = await engineScript(CHECKOUT, 'status');
  const keep = before.code === 0 || Boolean(process.env['RMA_KEEP_ENGINE']);
  await need('images');
  const env = await evaluatedEnv(CHECKOUT, 'env');
  await removeLeftovers(env);
  project.provide('engineEnv', env);
  return async () => {
    if (keep) return;
    await need('down');
    const left = await need('leftovers');
    if (left !== '') throw new Error(`left behind by the engine:\n${left}`);
  };
}

const need = async (verb: string): Promise<string> => {
  const { code, stdout, stderr } = await engineScript(CHECKOUT, verb, '--yes');
  if (code !== 0) throw new Error(`scripts/engine.sh ${verb} failed (${code}):\n${stdout}${stderr}`);
  return stdout;
};

/** Removes what the stacks of a killed run left in the private engine. */
async function removeLeftovers(env: Readonly<Record<string, string>>): Promise<void> {
  const docker = (...args: readonly string[]) => runProgram('docker', args, { ...process.env, ...env });
  const all = async (...args: readonly string[]) =>
    (await docker(...args)).stdout.split('\n').filter(Boolean);
  const containers = await all('ps', '--all', '--quiet', '--filter', 'name=rma-e2e-');
  if (containers.length > 0) await docker('rm', '--force', ...containers);
  const networks = await all('network', 'ls', '--quiet', '--filter', 'name=rma-e2e-');
  if (networks.length > 0) await docker('network', 'rm', ...networks);
  const volumes = await all('volume', 'ls', '--quiet', '--filter', 'name=rma-e2e-');
  if (volumes.length > 0) await docker('volume', 'rm', ...volumes);
}

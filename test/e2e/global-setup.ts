import type { TestProject } from 'vitest/node';
import '../helpers/engine-env.ts';
import { CHECKOUT, engineScript, evaluatedEnv } from '../helpers/engine-script.ts';

/**
 * Gives the end-to-end tests a real Docker Engine: the private one, or with RMA_TEST_ENGINE=user the one that `docker`
 * reaches already (then RMA_WORKER_BASE and RMA_IMAGES name its base images). Leaves the private one as it was found:
 * stopped again unless it ran before, or RMA_KEEP_ENGINE is set.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env['RMA_TEST_ENGINE'] === 'user') {
    project.provide('engineEnv', {});
    return async () => {};
  }
  const before = await engineScript(CHECKOUT, 'status');
  const keep = before.code === 0 || Boolean(process.env['RMA_KEEP_ENGINE']);
  await need('images');
  project.provide('engineEnv', await evaluatedEnv(CHECKOUT, 'env'));
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

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { plantFile } from '../helpers/store/foreign-store.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { flipByte } from '../helpers/store/verify-fixture.ts';
import { patternContent } from '../hub/content.ts';

/** Runs a repair of a store whose model has a corrupt file that its hub does not have any more. */
async function repairOfLostFile(...argv: readonly string[]) {
  const hub = await hubForTest({
    repos: { 'org/big': { files: { 'a.bin': { content: patternContent(5000), lfs: true } } } },
  });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  const model = await fetcher.resolve('hf:org/big');
  await fetcher.fetch([model]);
  flipByte(join(root, `huggingface/hub/models--org--big/blobs/${model.files[0]?.digest?.hex}`));
  hub.faults.add({ kind: 'status', status: 404 });
  const env = { HOME: root, HF_ENDPOINT: hub.endpoint };
  const result = await runRma(['models', 'repair', '--dest', root, ...argv], { cwd: root, env });
  return { root, result };
}

it('rma models repair prints why a model was not repaired, the fix for the same store and the error code', async () => {
  const { root, result } = await repairOfLostFile();
  expect(result.exitCode).toBe(1);
  const lines = result.stdout.trim().split('\n');
  expect(lines[1]).toMatch(/^hf:org\/big: not repaired: .*a\.bin.*not found on the hub/);
  expect(lines.slice(2)).toEqual([
    `  hint: the source no longer has this version, or requires a token (--token-file); to remove the model: rma models rm hf:org/big --dest ${root}`,
    '  code: RMA_HUB_NOT_FOUND',
    '0 of 1 problem repaired, 0 B downloaded.',
  ]);
});

it('rma models repair --json has the code and the fix of each problem that is left', async () => {
  const { root, result } = await repairOfLostFile('--json');
  expect(JSON.parse(result.stdout)).toMatchObject({
    problems: [
      {
        outcome: 'failed',
        code: 'RMA_HUB_NOT_FOUND',
        message: expect.stringContaining('not found on the hub'),
        hint: expect.stringContaining(`rma models rm hf:org/big --dest ${root}`),
      },
    ],
  });
});

it('rma models repair --json has the command for a problem that it cannot repair', async () => {
  const root = tempFolder();
  plantFile(root, 'gguf/default/m.gguf', 'GG');
  const { stdout } = await runRma(['models', 'repair', '--dest', root, '--json'], { cwd: root });
  expect(JSON.parse(stdout)).toMatchObject({
    problems: [{ outcome: 'unrepairable', fix: expect.stringMatching(/^rma models rm gguf\S+ --dest \//) }],
  });
});

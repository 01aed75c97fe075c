import { expect, test } from 'vitest';
import { GGUF, MODEL, REPO, type Stack, startStack } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const OLD = 'tiny.gguf';

interface StoredModel {
  readonly reference: string;
  readonly lastUsedAt: string | null;
  readonly neededBy: readonly { readonly project: string }[];
  readonly [key: string]: unknown;
}

async function stored(stack: Stack, ...flags: readonly string[]): Promise<readonly StoredModel[]> {
  const { code, stdout } = await stack.rma('models', 'ls', '--stored', '--json', ...flags);
  expect(code).toBe(0);
  return JSON.parse(stdout).models;
}

test('[req R77] lists, shows and removes the models of a volume, and a worker records which it uses', async () => {
  const files = { [GGUF]: tinyGguf() };
  const repos = { [REPO]: { files }, 'Acme/Old': { files: { [OLD]: tinyGguf({ seed: 2 }) } } };
  const stack = await startStack({ hub: { repos } });
  expect(await stack.rma('models', 'pull', `hf:Acme/Old:${OLD}`)).toMatchObject({ code: 0 });
  const [old] = await stored(stack);
  expect(old).toMatchObject({ reference: 'hf:Acme/Old', verified: 'all', neededBy: [] });
  expect(old?.lastUsedAt).not.toBeNull();

  await stack.up();
  const models = await stored(stack);
  expect(models.map(({ reference }) => reference)).toEqual(['hf:Acme/Old', `hf:${REPO}`]);
  expect(models[1]?.neededBy).toMatchObject([{ project: stack.project }]);
  const uses = await stack.inVolume('cat /models/.rma/usage/*.json');
  const workers = uses
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).worker);
  expect(workers).toContainEqual(expect.objectContaining({ project: stack.project, profile: 'cpu-worker' }));
  expect(await stored(stack, '--unused')).toMatchObject([{ reference: 'hf:Acme/Old' }]);

  const shown = await stack.rma('models', 'show', MODEL, '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({
    models: [{ reference: `hf:${REPO}`, license: 'apache-2.0', architecture: 'llama', contextLength: 2048 }],
  });
  const usage = await stack.rma('models', 'du', '--json');
  expect(JSON.parse(usage.stdout)).toMatchObject({
    rows: [{ type: 'hf models', count: 2, needed: 1 }, {}, {}, {}],
  });

  const refused = await stack.rma('models', 'rm', MODEL, '--yes', '--json');
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('RMA_MODEL_NEEDED') });
  expect(await stack.rma('models', 'rm', 'hf:Acme/Old', '--yes')).toMatchObject({ code: 0 });
  expect(await stored(stack)).toMatchObject([{ reference: `hf:${REPO}` }]);
  expect((await stack.chat()).status).toBe(200);
  const owners = await stack.inVolume('find /models ! -user 1000 -o ! -group 1000');
  expect(owners.trim()).toBe('');
});

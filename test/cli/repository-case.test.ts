import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

it.each([
  ['another case', 'org/name'],
  ['its old name', 'Old/Name-1'],
])(
  '[case F15] a repository by %s is fetched and stored once, under the name that the hub has for it',
  async (_, other) => {
    const dir = tempFolder();
    const files = { 'model.gguf': tinyGguf(), 'config.json': '{}' };
    const hub = await startHub({ repos: { 'Org/Name': { files } }, renamed: { [other]: 'Org/Name' } });
    onTestFinished(() => hub.close());
    const rma = (...args: readonly string[]) =>
      runRma([...args, '--dest', join(dir, 'store')], {
        cwd: dir,
        env: { HOME: dir, HF_ENDPOINT: hub.endpoint },
      });
    expect(await rma('models', 'pull', `hf:${other}`)).toMatchObject({ exitCode: 0 });
    const fetched = hub.log.contentRequests().length;
    expect(await rma('models', 'pull', 'hf:Org/Name', `hf:${other}`)).toMatchObject({ exitCode: 0 });
    expect(hub.log.contentRequests()).toHaveLength(fetched);
    expect(readdirSync(join(dir, 'store/huggingface/hub'))).toEqual(['models--Org--Name']);
    expect(readdirSync(join(dir, 'store/.rma/receipts/hf'))).toEqual(['models--Org--Name']);
    const path = await rma('models', 'path', `hf:${other}:model.gguf`);
    expect(path.stdout).toContain('models--Org--Name/snapshots/');
  },
);

import { expect, onTestFinished, test } from 'vitest';
import { writeTree } from '../helpers/files/write-tree.ts';
import { hubHosts } from '../helpers/stack/hub-hosts.ts';
import { GGUF, REPO, startStack } from '../helpers/stack/stack.ts';
import { startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const model = tinyGguf();

test('a worker uses the model of the next source, and takes its content from the first that sends it', async () => {
  const ms = await startHub({
    repos: { 'Org/Copy': { files: { [GGUF]: { content: model, lfs: true } } } },
    hosts: await hubHosts(),
  });
  onTestFinished(() => ms.close());
  const stack = await startStack({
    hub: { repos: { [REPO]: { files: { [GGUF]: { content: model, lfs: true } } } } },
    env: { MODELSCOPE_ENDPOINT: ms.endpoint },
  });
  const stored = async () => {
    const found = await stack.inVolume(
      'cd /models && ls -d huggingface/hub/models--* modelscope/*/* 2>/dev/null || true',
    );
    return found.split('\n').filter((line) => line !== '');
  };
  const sources = (list: string) =>
    writeTree(stack.dir, {
      'profiles/models.yaml': `qwen2.5-0.5b-instruct:\n  ref: hf:${REPO}:${GGUF}\n  kind: chat\n  sources: ${list}\n`,
    });
  sources('[hf, ms:Org/Copy]');
  const denied = stack.hub.faults.add({ kind: 'status', path: '*/resolve/*', status: 403 });
  expect((await stack.up()).changed).toBe(true);
  expect((await stack.chat()).status).toBe(200);
  expect(await stored()).toEqual(['huggingface/hub/models--Qwen--Qwen2.5-0.5B-Instruct-GGUF']);
  expect(ms.log.contentRequests().at(-1)).toMatchObject({ bytesSent: model.length });
  denied.remove();
  sources('[ms:Org/Copy, hf]');
  expect((await stack.up('--refresh')).changed).toBe(true);
  expect((await stack.chat()).status).toBe(200);
  expect(await stored()).toContain('modelscope/Org/Copy');
  expect((await stack.up()).changed).toBe(false);
});

import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const TOKEN = 'hf_lookedForEverywhere0123';

let dir = '';
let hub: Hub;
beforeEach(async () => {
  dir = tempFolder();
  hub = await startHub({
    repos: { 'org/gated': { files: { 'model.gguf': tinyGguf() }, gated: true, readers: ['alice'] } },
    tokens: { [TOKEN]: 'alice' },
  });
  onTestFinished(() => hub.close());
});

async function pull(env: Readonly<Record<string, string>>) {
  const argv = ['models', 'pull', 'hf:org/gated', '--dest', join(dir, 'store'), '--json'];
  return runRma(argv, { cwd: dir, env: { HOME: dir, HF_ENDPOINT: hub.endpoint, ...env } });
}

it.each(['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'])(
  '[case F13] a gated model is fetched with the token of %s',
  async (name) => {
    expect((await pull({ [name]: ` ${TOKEN}\n` })).exitCode).toBe(0);
  },
);

it.each([
  ['HF_TOKEN', `"${TOKEN}"`, 'quotes'],
  ['HF_TOKEN', `Bearer ${TOKEN}`, 'Bearer'],
  ['HUGGING_FACE_HUB_TOKEN', `'${TOKEN}'`, 'quotes'],
  ['HUGGING_FACE_HUB_TOKEN', `${TOKEN} # of alice`, 'comment'],
])('[case F13] %s that is not a token is the error, not the license: %s', async (name, value, words) => {
  const result = await pull({ [name]: value });
  expectFault(result, { exitCode: 2, code: 'RMA_HUB_TOKEN_INVALID', words: [name, words], json: true });
  expect(result.stderr).not.toContain(TOKEN);
  expect(hub.log.entries()).toEqual([]);
});

it('a gated model among others is named with the way to get access', async () => {
  hub.publish('org/open', { files: { 'model.gguf': tinyGguf() } });
  const argv = ['models', 'pull', 'hf:org/gated', 'hf:org/open', '--dest', join(dir, 'store')];
  const options = { cwd: dir, env: { HOME: dir, HF_ENDPOINT: hub.endpoint } };
  const { exitCode, stdout } = await runRma(argv, options);
  expect([exitCode, stdout]).toEqual([
    8,
    expect.stringMatching(
      /^org\/gated: .* is gated.*\n {2}hint: accept its license.*\norg\/open: downloaded\n$/,
    ),
  ]);
  expect(JSON.parse((await runRma([...argv, '--json'], options)).stdout).models).toMatchObject([
    { state: 'failed', code: 'RMA_HUB_GATED', hint: expect.stringContaining('accept its license') },
    { state: 'present' },
  ]);
});

import { expect, onTestFinished, test } from 'vitest';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { testSource } from '../../helpers/store/test-source.ts';
import { startHub } from '../../hub/hub.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';

async function setUp() {
  const hub = await startHub({
    repos: {
      'me/Tiny-GGUF': {
        files: {
          'tiny-Q4_K_M.gguf': tinyGguf(),
          'tiny-Q8_0.gguf': tinyGguf({ name: 'q8' }),
          'F16/tiny-F16-00001-of-00002.gguf': 'GGUF',
        },
      },
      'me/plain': { files: { 'model.safetensors': 'x' } },
      'me/secret': { files: { 'tiny-Q8_0.gguf': 'GGUF' }, private: true },
    },
  });
  onTestFinished(() => hub.close());
  const source = testSource('ollama', { endpoint: hub.endpoint });
  return { hub, resolve: async (text: string) => source.resolve(parseModelRef(text)) };
}

test('a repository of the hub is a model whose tags are its quantizations', async () => {
  const { hub, resolve } = await setUp();
  const weights = hub.commit('me/Tiny-GGUF').files.get('tiny-Q4_K_M.gguf')?.sha256;
  for (const tag of ['Q4_K_M', 'q4_k_m', 'latest']) {
    const model = await resolve(`ollama:hf.co/me/Tiny-GGUF:${tag}`);
    expect(model).toMatchObject({ registry: 'hf.co', namespace: 'me', model: 'Tiny-GGUF', tag });
    expect(model.files[0]?.path).toBe(`sha256-${weights}`);
  }
});

test.each([
  ['ollama:hf.co/me/Tiny-GGUF:Q5_K_M', 'not a valid quantization scheme', 'hf:me/Tiny-GGUF:gguf:Q5_K_M'],
  ['ollama:hf.co/me/Tiny-GGUF:F16', 'is a sharded GGUF', 'hf:me/Tiny-GGUF:gguf:F16'],
  ['ollama:hf.co/me/plain', 'Repository is not GGUF', 'hf:me/plain:gguf'],
])(
  '%s is not found, with the reason of the hub and the reference of its files',
  async (...[text, reason, ref]) => {
    const { resolve } = await setUp();
    await expect(resolve(text)).rejects.toMatchObject({
      code: 'RMA_HUB_NOT_FOUND',
      exitCode: 1,
      message: expect.stringContaining(reason),
      hint: expect.stringContaining(ref),
    });
  },
);

test('a private repository needs the files themselves, which get a token', async () => {
  const { resolve } = await setUp();
  await expect(resolve('ollama:hf.co/me/secret:Q8_0')).rejects.toMatchObject({
    code: 'RMA_HUB_UNAUTHORIZED',
    exitCode: 4,
    hint: expect.stringContaining('hf:me/secret:gguf:Q8_0'),
  });
});

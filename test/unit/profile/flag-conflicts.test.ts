import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagConflicts } from '../../../src/core/profile/flag-conflicts.ts';
import { engineOf } from '../../helpers/builders/render-builders.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const { engines } = shippedCatalog();

function messages(name: string, flags: readonly string[]): readonly string[] {
  const engine = engines.get(name);
  if (engine === undefined) throw new Error(`no engine ${name}`);
  return flagConflicts(engine, flags).map(({ index, message }) => `${index}: ${message}`);
}

describe('flags of a service that repeat one of its engine', () => {
  it('[case S09] are rejected with the key to set instead', () => {
    expect(messages('vllm', ['--dtype', 'half', '--gpu-memory-utilization', '0.5'])).toEqual([
      '2: "--gpu-memory-utilization" repeats --gpu-memory-utilization, which rma passes to engine "vllm"; set "utilization", "context" and "concurrency", or "exclusive"',
    ]);
    expect(messages('llamacpp', ['-c', '8192'])).toEqual([
      '0: "-c" repeats --ctx-size, which rma passes to engine "llamacpp"; set "context" and "concurrency"',
    ]);
    expect(messages('tei', ['--auto-truncate=true'])).toEqual([
      '0: "--auto-truncate=true" repeats --auto-truncate, which rma passes to engine "tei"; change it in your own engines/tei.yaml',
    ]);
  });

  it.each([
    ['vllm', '--gpu-memory-utilization=0.5'],
    ['vllm', '--gpu_memory_utilization'],
    ['vllm', '--gpu-memory-u'],
    ['vllm', '--kv-cache-memory-bytes=1'],
    ['vllm', '-tp'],
    ['vllm', '-tp=2'],
    ['vllm', '--tensor_parallel_size=2'],
    ['vllm', '--max-model-len'],
    ['vllm', '--served-model-name'],
    ['vllm', '--model'],
    ['vllm', '--model=org/other'],
    ['vllm', '--max-model-len 8192'],
    ['llamacpp', '-hf'],
    ['llamacpp', '--hf-repo=org/other'],
    ['llamacpp', '--hf-file'],
    ['llamacpp', '-mu'],
    ['llamacpp', '--docker-repo'],
    ['llamacpp', '--ctx-size=1'],
    ['llamacpp', '--ctx_size'],
    ['llamacpp', '-np'],
    ['llamacpp', '--parallel'],
    ['llamacpp', '-cram'],
    ['llamacpp', '-ngl'],
    ['llamacpp', '--gpu-layers'],
    ['llamacpp', '-m'],
    ['llamacpp', '--port'],
    ['tei', '-p8080'],
    ['tei', '--max-batch-tokens'],
    ['tei', '--model-id=x'],
  ])('[case S09] of %s: %s', (name, flag) => {
    expect(messages(name, [flag])).toHaveLength(1);
  });

  it.each([
    ['vllm', ['--enforce-eager', '--max-num-batched-tokens', '4096', '-pp', '1', '--quantization=awq']],
    [
      'llamacpp',
      ['--threads', '2', '-ctk', 'q8_0', '-md', 'draft.gguf', '--cache-type-v=q8_0', '--temp', '-1'],
    ],
    ['tei', ['--pooling', 'cls', '--max-client-batch-size', '64']],
    ['ollama', ['serve']],
  ])('are not other flags of %s: %j', (name, flags) => {
    expect(messages(name, flags)).toEqual([]);
  });

  it('are found in every form of every flag', () => {
    const engine = engineOf('e', { flagAliases: { '-x': '--model' } });
    const value = fc.stringMatching(/^[\w./-]{0,8}$/);
    const forms = fc.constantFrom('--model', '--alias', '--port', '-x');
    fc.assert(
      fc.property(forms, value, fc.boolean(), (flag, text, joined) => {
        const flags = joined ? [`${flag}=${text}`] : [flag, `v${text}`];
        expect(flagConflicts(engine, flags).map(({ index }) => index)).toEqual([0]);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { selectModels } from '../../../src/core/bundle/select-models.ts';
import type { ImportModel } from '../../../src/core/domain/import.ts';

const [COMMIT, OLDER] = [`a1b2c3d4${'0'.repeat(32)}`, `e5f6a7b8${'0'.repeat(32)}`];

const stored = (ref: string, commit?: string): ImportModel => ({
  kind: 'rma',
  directory: '/store',
  model: { source: ref.split(':')[0] ?? '', ref, files: [], ...(commit === undefined ? {} : { commit }) },
  files: [],
  whole: true,
  listing: [],
});

const MODELS = [
  stored('hf:org/chat:*.gguf', COMMIT),
  stored('hf:org/chat:*.json', COMMIT),
  stored(`hf:org/chat@${OLDER}`, OLDER),
  stored('hf:org/whole', COMMIT),
  stored('hf:org/whole:*.json', COMMIT),
  stored('ollama:tiny'),
];

const selected = (...refs: readonly string[]) => selectModels(MODELS, refs).map(({ model }) => model.ref);

describe('the models of a bundle', () => {
  it('are all without references, and exactly the named ones with them, each once', () => {
    expect(selected()).toHaveLength(MODELS.length);
    expect(selected('ollama:tiny:latest', 'hf:ORG/whole', 'ollama:tiny')).toEqual([
      'ollama:tiny',
      'hf:org/whole',
    ]);
    expect(selected('hf:org/chat:*.json')).toEqual(['hf:org/chat:*.json']);
  });

  it('are found by the references that models ls prints: without a pattern, and with a short commit', () => {
    expect(selected('hf:org/chat')).toEqual(['hf:org/chat:*.gguf', 'hf:org/chat:*.json']);
    expect(selected('hf:org/chat@e5f6a7b8')).toEqual([`hf:org/chat@${OLDER}`]);
    expect(selected('hf:org/chat', 'hf:org/chat:*.json')).toHaveLength(2);
  });

  it.each([
    ['hf:org/chatt', 'closest match: hf:org/chat'],
    ['ms:other/model', `the store has hf:org/chat, hf:org/chat@${OLDER}, hf:org/whole, …`],
    ['hf:org/chat:*.bin', 'closest match: hf:org/chat'],
    ['hf:org/chat@e5f6a7', 'closest match'],
  ])('do not include %s, which the store does not have', (ref, hint) => {
    expect(() => selected(ref)).toThrow(
      expect.objectContaining({ code: 'RMA_MODEL_NOT_FOUND', hint: expect.stringContaining(hint) }),
    );
  });
});

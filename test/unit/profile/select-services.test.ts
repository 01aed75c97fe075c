import { describe, expect, it } from 'vitest';
import { findModel } from '../../../src/core/profile/find-model.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { catalogueOf, profileServiceOf } from '../../helpers/render-builders.ts';

describe('selectServices', () => {
  it('names services after profile and engine, and numbers only the further ones', () => {
    const catalogue = catalogueOf({
      chat: [profileServiceOf(), profileServiceOf({ models: ['big'] }), profileServiceOf({ flags: ['--x'] })],
    });
    const { profiles, services } = selectServices(catalogue, ['chat']);
    expect(services.map((s) => s.service)).toEqual(['chat-llm', 'chat-llm-2', 'chat-llm-3']);
    expect(profiles[0]).toMatchObject({
      worker: 'chat-worker',
      refs: ['hf:org/big:big.gguf', 'hf:org/small:small.gguf'],
    });
  });

  it('runs the same engine with the same models and flags once, under the larger limit', () => {
    const catalogue = catalogueOf({
      a: [profileServiceOf({ memoryBytes: 1 })],
      b: [profileServiceOf({ memoryBytes: 2 }), profileServiceOf({ models: ['big'] })],
    });
    const { profiles, services } = selectServices(catalogue, ['b', 'a']);
    expect(services.map((s) => [s.service, s.profile, s.memoryBytes])).toEqual([
      ['a-llm', 'a', 2],
      ['b-llm', 'b', null],
    ]);
    expect(profiles.map((p) => p.services)).toEqual([['a-llm'], ['a-llm', 'b-llm']]);
  });

  it('gives the same whatever the order and however often a profile is named', () => {
    const catalogue = catalogueOf({ a: [profileServiceOf()], b: [profileServiceOf({ models: ['big'] })] });
    expect(selectServices(catalogue, ['b', 'a', 'b'])).toEqual(selectServices(catalogue, ['a', 'b']));
  });

  it('never gives two services one name', () => {
    const catalogue = catalogueOf(
      {
        a: [profileServiceOf(), profileServiceOf({ models: ['big'] }), profileServiceOf({ engine: 'llm-2' })],
      },
      ['llm', 'llm-2'],
    );
    const names = selectServices(catalogue, ['a']).services.map((s) => s.service);
    expect(names).toEqual(['a-llm', 'a-llm-2', 'a-llm-2-2']);
  });

  it('refuses an unknown profile with the nearest one and the list', () => {
    const catalogue = catalogueOf({ chat: [profileServiceOf()], 'cpu-worker': [profileServiceOf()] });
    expect(() => selectServices(catalogue, ['cpu-workr'])).toThrow(
      expect.objectContaining({
        code: 'RMA_PROFILE_UNKNOWN',
        exitCode: 2,
        message: 'unknown profile "cpu-workr"; did you mean "cpu-worker"?',
        hint: expect.stringContaining('chat, cpu-worker') as string,
      }),
    );
  });
});

describe('findModel', () => {
  const catalogue = catalogueOf({ a: [profileServiceOf()] });

  it.each([
    ['small', 'hf:org/small:small.gguf', 'small'],
    ['hf:org/repo', 'hf:org/repo', 'org/repo'],
    ['hf:org/repo@main', 'hf:org/repo', 'org/repo'],
    ['hf:org/repo:*.json', 'hf:org/repo:*.json', 'org/repo'],
    ['hf:org/repo@v1', 'hf:org/repo@v1', 'org/repo'],
    ['https://host/x#as=other.gguf', 'https://host/x#as=other.gguf', 'other'],
    ['hf:org/repo@v1:sub/my-model.Q4.gguf', 'hf:org/repo@v1:sub/my-model.Q4.gguf', 'my-model.Q4'],
    [
      `https://host/x/tiny.gguf#sha256=${'0'.repeat(64)}`,
      `https://host/x/tiny.gguf#sha256=${'0'.repeat(64)}`,
      'tiny',
    ],
  ])('finds %s', (asked, ref, name) => {
    expect(findModel(catalogue, asked)).toMatchObject({ ref, name });
  });

  it('refuses an unknown name with the nearest one', () => {
    expect(() => findModel(catalogue, 'smal')).toThrow(
      expect.objectContaining({
        code: 'RMA_MODEL_UNKNOWN',
        exitCode: 2,
        message: 'unknown model "smal"; did you mean "small"?',
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { EMPTY_INVENTORY, type Inventory, type InventoryModel } from '../../../src/core/domain/inventory.ts';
import type { RmaError } from '../../../src/core/errors.ts';
import { findModels, findWholeModels } from '../../../src/core/inventory/find-models.ts';

function model(references: readonly [string, ...string[]], ...paths: readonly string[]): InventoryModel {
  return {
    references,
    source: 'hf',
    path: `path of ${references[0]}`,
    commit: null,
    files: paths.map((path) => ({
      path,
      content: path,
      bytes: 1,
      diskBytes: 1,
      digest: null,
      isVerified: true,
      users: 1,
      otherNames: [],
      inode: path,
      links: 1,
      linksElsewhere: 0,
    })),
    missing: [],
    bytes: paths.length,
    sharedBytes: 0,
    lastUsedAt: null,
    modifiedAt: null,
    neededBy: [],
    isPinned: false,
    names: paths,
    linkedFrom: [],
    records: [],
    lease: null,
  };
}

const two = model(['hf:org/two', 'hf:org/two:*q4.gguf'], 'a.q4.gguf', 'a.q8.gguf');
const one = model(['hf:org/one', 'hf:org/one:*q4.gguf'], 'a.q4.gguf');
const store: Inventory = { ...EMPTY_INVENTORY, models: [two, one], totalBytes: 3 };

describe('the models that a reference means', () => {
  it('are found by every reference in any case, by other spellings and by the path', () => {
    for (const text of ['hf:org/two', 'org/two', 'hf:ORG/Two', 'hf:org/two:*q4.gguf', 'path of hf:org/two'])
      expect(findModels(store, text)).toEqual([two]);
  });

  it('are found by the first digits of their commit, at least seven', () => {
    const [first, second] = [`a1b2c3d4${'0'.repeat(32)}`, `a1b2c3d5${'0'.repeat(32)}`];
    const commits = [first, second].map((commit) => ({ ...model([`hf:org/c@${commit}`]), commit }));
    const found = { ...store, models: [...commits, two] };
    expect(findModels(found, 'hf:org/c@a1b2c3d4')).toEqual([commits[0]]);
    expect(() => findModels(found, 'hf:org/c@a1b2c3d')).toThrow(
      expect.objectContaining({ code: 'RMA_MODEL_REF_AMBIGUOUS', exitCode: 2 }),
    );
    for (const text of ['hf:org/c@a1b2c3', 'hf:org/two@a1b2c3d4'])
      expect(() => findModels(found, text)).toThrow(expect.objectContaining({ code: 'RMA_MODEL_NOT_FOUND' }));
  });

  it('are suggested for a reference with a typo', () => {
    const hint = (text: string, inventory = store) => {
      try {
        return findModels(inventory, text);
      } catch (error) {
        return (error as RmaError).hint;
      }
    };
    const list = 'to list all models in the store: rma models ls --stored';
    expect(hint('hf:org/twoo')).toBe(`closest match: hf:org/two; ${list}`);
    expect(hint('ollama:llava:7b')).toBe(list);
    const models = [
      model(['ollama:llava:7b']),
      model(['gguf/default/my-model.gguf']),
      model(['hf:org/chat-instruct']),
    ];
    const near = (text: string) => hint(text, { ...EMPTY_INVENTORY, models });
    for (const text of ['llava', 'lava', 'llava:13b'])
      expect(near(text)).toBe(`closest match: ollama:llava:7b; ${list}`);
    expect(near('my-model.gguf')).toBe(`closest match: gguf/default/my-model.gguf; ${list}`);
    expect(near('org/chat-instruc')).toBe(`closest match: hf:org/chat-instruct; ${list}`);
    expect(near('chat')).toBe(`closest match: hf:org/chat-instruct; ${list}`);
  });

  it('are removed by a pattern only if it selects every stored file', () => {
    expect(findWholeModels(store, 'hf:org/one:*q4.gguf')).toEqual([one]);
    expect(findWholeModels(store, 'hf:org/two')).toEqual([two]);
    expect(() => findWholeModels(store, 'hf:org/two:*q4.gguf')).toThrow(
      expect.objectContaining({
        code: 'RMA_MODEL_PART',
        message: 'hf:org/two:*q4.gguf selects 1 of the 2 files of hf:org/two',
        hint: 'only whole models can be removed: rma models rm hf:org/two',
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { formatRecord, parseRecord, recordName } from '../../../src/core/source/model-record.ts';
import { formatModelRef, parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { looksWhole } from '../../../src/core/source/stored-listing.ts';
import { pinnedFile } from '../../helpers/builders/render-builders.ts';

const RECORDED = '2026-11-20T08:00:00.000Z';
const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}$/);
const file = fc.record({
  path: fc.tuple(word, word).map(([folder, name]) => `${folder}/${name}.bin`),
  bytes: fc.nat(),
  digest: fc.oneof(
    fc.constant(null),
    hex(64).map((sha256) => ({ algorithm: 'sha256' as const, hex: sha256 })),
    hex(40).map((sha1) => ({ algorithm: 'git-sha1' as const, hex: sha1 })),
  ),
});
const pinned: fc.Arbitrary<PinnedModel> = fc
  .tuple(word, word, word, hex(40), fc.array(file, { minLength: 1 }), fc.boolean())
  .map(([org, name, branch, commit, files, complete]) => {
    const ref = { source: 'hf', repo: `${org}/${name}`, revision: branch, pattern: null };
    return {
      source: 'hf',
      ref: formatModelRef(ref),
      repo: ref.repo,
      revision: branch,
      commit,
      complete,
      files,
    };
  });

describe('the record of a model', () => {
  it('[case F14] is read back as the same model', () => {
    fc.assert(
      fc.property(pinned, (model) => {
        const record = parseRecord(formatRecord(model, RECORDED), parseModelRef(model.ref));
        expect(record).toEqual({ schema: 'rma.model/v1', recordedAt: RECORDED, model });
      }),
    );
  });

  it('[case F15] is the same for spellings that the hub does not distinguish, and returns the requested one', () => {
    fc.assert(
      fc.property(pinned, (model) => {
        const ref = parseModelRef(model.ref);
        const other = { ...ref, repo: String(ref['repo']).toUpperCase() };
        expect(recordName(other)).toBe(recordName(ref));
        const answer = parseRecord(formatRecord(model, RECORDED), other)?.model;
        expect(answer).toEqual({ ...model, ref: formatModelRef(other) });
      }),
    );
  });

  it('[case F14] differs by revision, pattern and source', () => {
    const refs = ['hf:a/b', 'hf:a/b@v1', 'hf:a/b:*.gguf', 'ms:a/b', 'ollama:a/b', 'ollama:A/b'];
    expect(new Set(refs.map((ref) => recordName(parseModelRef(ref)))).size).toBe(refs.length);
  });

  it.each([
    ['is not JSON', 'x'],
    ['is of a later version', JSON.stringify({ schema: 'rma.model/v2' })],
    ['is of another reference', recordOf({ ref: 'hf:a/other' })],
    ['has a reference that does not parse', recordOf({ ref: 'hf:' })],
    ['has a path out of the store', recordOf({ files: [{ path: '../x', bytes: 1, digest: null }] })],
    ['has no files', recordOf({ files: [] })],
    ['has no valid time', recordOf({}, 'yesterday')],
  ])('[case F14] counts as absent if it %s', (_, text) => {
    expect(parseRecord(text, parseModelRef('hf:a/b'))).toBeNull();
  });
});

describe('the record of a reference with a commit', () => {
  const ref = `hf:a/b@${'c'.repeat(40)}`;

  it.each([
    ['answers at that commit', 'c', true],
    ['counts as absent at another commit', 'd', false],
  ])('[case F14] %s', (_, digit, isFound) => {
    const text = recordOf({ ref, commit: digit.repeat(40) });
    expect(parseRecord(text, parseModelRef(ref)) !== null).toBe(isFound);
  });
});

describe('the files of a snapshot without a listing', () => {
  it.each<readonly [boolean, readonly string[]]>([
    [true, ['config.json', 'model.safetensors']],
    [true, ['README.md', 'model.gguf']],
    [true, ['model.onnx']],
    [true, ['config.json', 'm-00001-of-00002.safetensors', 'm-00002-of-00002.safetensors']],
    [false, ['config.json', 'm-00001-of-00002.safetensors']],
    [false, ['model.safetensors']],
    [false, ['config.json']],
    [false, []],
  ])('[case F14] are %s for a whole repository: %j', (whole, paths) => {
    expect(looksWhole(paths)).toBe(whole);
  });
});

function recordOf(over: Partial<PinnedModel> & { readonly commit?: string }, at = RECORDED): string {
  const commit = 'c'.repeat(40);
  const model = {
    source: 'hf',
    ref: 'hf:a/b',
    repo: 'a/b',
    revision: 'main',
    commit,
    complete: true,
    files: [{ path: 'x.bin', bytes: 1, digest: null }],
  };
  return formatRecord({ ...model, ...over }, at);
}

it('has no sources, which belong to a project: neither when it is written nor when it is read', () => {
  const ref = 'hf:org/small:a.gguf';
  const model = { ...pinnedFile(ref), sources: ['lan', ref] };
  const text = formatRecord(model, RECORDED);
  expect(text).not.toContain('sources');
  const foreign = text.replace('"model":{', '"model":{"sources":["https://example.com/a.gguf"],');
  expect(parseRecord(foreign, parseModelRef(ref))?.model).toEqual(pinnedFile(ref));
});

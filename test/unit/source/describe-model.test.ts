import { describe, expect, it } from 'vitest';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import {
  engineSubpath,
  fileLabel,
  fileOrigin,
  ggufSubpath,
  isServedByHost,
} from '../../../src/core/source/describe-model.ts';
import { sourceOf } from '../../../src/core/source/sources.ts';
import { pinnedFile } from '../../helpers/builders/render-builders.ts';

const file = { path: 'm.gguf', bytes: 1, digest: null };
const onHub = pinnedFile('hf:org/repo:m.gguf', { commit: 'c0ffee', files: [file] });
const byUrl: PinnedModel = {
  source: 'url',
  ref: 'https://a.example/m.gguf',
  url: 'https://a.example/m.gguf',
  set: 'default',
  files: [file],
};

describe('where a file comes from', () => {
  it('is the commit and path of a repository', () => {
    expect(fileOrigin(onHub, file)).toBe('hf:org/repo@c0ffee/m.gguf');
  });

  it('is the URL itself, also as the label', () => {
    expect([fileOrigin(byUrl, file), fileLabel(byUrl, file)]).toEqual([byUrl['url'], byUrl['url']]);
  });
});

describe('the receipt of a ModelScope repository', () => {
  it('has a path of its own for each organization, name and revision', () => {
    const receipt = (repo: string, revision = 'master') => {
      const model: PinnedModel = { ...onHub, source: 'ms', repo, revision };
      return sourceOf(model).store.receipt(model);
    };
    expect(receipt('org/repo')).toBe('ms/org--repo/master.json');
    expect(receipt('or/grepo')).toBe('ms/or--grepo/master.json');
    expect(receipt('org/repo', 'pr/1')).toBe('ms/org--repo/pr%2F1.json');
  });
});

describe('the lease of a repository', () => {
  it.each([
    ['hf', 'hf-models--org--repo'],
    ['ms', 'ms-org--repo'],
  ])('of %s is one file name with organization and name', (source, lease) => {
    const model: PinnedModel = { ...onHub, source };
    expect(sourceOf(model).store.lease(model)).toBe(lease);
  });
});

describe('[case F04] where an engine finds a split model', () => {
  const parts = [1, 2].map((part) => ({ ...file, path: `m-0000${part}-of-00002.gguf` }));

  it('is its first part', () => {
    const url = 'https://a.example/m-00001-of-00002.gguf';
    const split: PinnedModel = { ...byUrl, ref: url, url, files: parts };
    expect(engineSubpath(split)).toBe('gguf/default/m-00001-of-00002.gguf');
    expect(parts.map((part) => fileOrigin(split, part))).toEqual([url, url.replace('00001-', '00002-')]);
    expect(engineSubpath({ ...onHub, files: parts })).toMatch(/\/m-00001-of-00002\.gguf$/);
  });

  it('is the directory if it has other files, except for an engine that loads a GGUF file', () => {
    const files = [...parts, { ...file, path: 'README.md' }, { ...file, path: 'mmproj-F16.gguf' }];
    expect(engineSubpath({ ...onHub, files })).toMatch(/\/snapshots\/c0ffee$/);
    expect(ggufSubpath({ ...onHub, files })).toMatch(/\/snapshots\/c0ffee\/m-00001-of-00002\.gguf$/);
  });
});

describe('a model that this machine serves', () => {
  it('has a file, or one of its sources, at a loopback address', () => {
    const model = pinnedFile('hf:org/small:a.gguf');
    const at = (host: string) => ({ ...model, sources: ['lan', model.ref, `http://${host}:8000/a.gguf`] });
    expect([model, at('box1'), at('127.0.0.1')].map(isServedByHost)).toEqual([false, false, true]);
  });
});

import { describe, expect, it } from 'vitest';
import { hfAuthFile } from '../../../src/core/config/hub-token.ts';
import { toProjectName } from '../../../src/core/config/project-name.ts';
import { parsePath } from '../../../src/core/config/value-parsers.ts';

describe('parsePath', () => {
  const scope = { base: '/srv/demo', home: '/home/me' };

  it.each([
    ['models', '/srv/demo/models'],
    ['~/models', '/home/me/models'],
    ['/data', '/data'],
  ])('reads %s as %s', (text, value) => {
    expect(parsePath(text, scope)).toEqual({ ok: true, value });
  });

  it('rejects an empty path, and ~ without a home directory', () => {
    expect(parsePath('', scope)).toMatchObject({ ok: false, expected: 'a path' });
    expect(parsePath('~/models', { ...scope, home: null })).toMatchObject({ ok: false });
  });
});

describe('toProjectName', () => {
  it.each([
    ['my-box_2', 'my-box_2'],
    ['--My Box', 'mybox'],
    ['2 GPUs', '2gpus'],
    ['...', null],
  ])('makes of %s: %s', (text, name) => {
    expect(toProjectName(text)).toBe(name);
  });
});

describe('hfAuthFile', () => {
  it.each([
    [{}, '/home/me', '/home/me/.cache/huggingface/token'],
    [{ XDG_CACHE_HOME: '/cache' }, '/home/me', '/cache/huggingface/token'],
    [{ HF_HOME: '/hf', XDG_CACHE_HOME: '/cache' }, null, '/hf/token'],
    [{ HF_HOME: 'relative' }, '/home/me', null],
    [{}, null, null],
  ])('with %j and home %s is %s', (env, home, path) => {
    expect(hfAuthFile(env, home)).toBe(path);
  });
});

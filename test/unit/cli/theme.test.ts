import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTheme } from '../../../src/cli/render/theme.ts';
import { FakeTerminal } from '../../helpers/cli/fake-terminal.ts';

const terminal = new FakeTerminal(100);
const pipe = new PassThrough();

describe('color', () => {
  it.each([
    ['on a terminal', terminal, {}, 'auto', true],
    ['not in a pipe', pipe, {}, 'auto', false],
    ['not with NO_COLOR', terminal, { NO_COLOR: '1' }, 'auto', false],
    ['with an empty NO_COLOR', terminal, { NO_COLOR: '' }, 'auto', true],
    ['not with NO_COLOR and FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, 'auto', false],
    ['not on a dumb terminal', terminal, { TERM: 'dumb' }, 'auto', false],
    ['in a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, 'auto', true],
    ['in a pipe with CLICOLOR_FORCE', pipe, { CLICOLOR_FORCE: '1' }, 'auto', true],
    ['not with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, 'auto', false],
    ['not with CLICOLOR=0', terminal, { CLICOLOR: '0' }, 'auto', false],
    ['always with --color always', pipe, { NO_COLOR: '1' }, 'always', true],
    ['never with --color never', terminal, { FORCE_COLOR: '1' }, 'never', false],
  ] as const)('%s', (...[, stream, env, when, color]) => {
    const theme = createTheme(stream, env, { color: when });
    expect([theme.color, theme.red('x') !== 'x']).toEqual([color, color]);
  });
});

describe('symbols', () => {
  it.each([
    [{ LANG: 'en_US.UTF-8' }, '✔'],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, '+'],
    [{ LC_CTYPE: 'C.utf8' }, '✔'],
    [{}, '+'],
  ])('follow the locale %j', (env, ok) => {
    expect(createTheme(pipe, env, { color: 'auto' }).symbols.ok).toBe(ok);
  });
});

describe('columns', () => {
  it('are those of the terminal, or null in a pipe or with --no-trunc', () => {
    expect(createTheme(terminal, {}, { color: 'auto' }).columns).toBe(100);
    expect(createTheme(terminal, {}, { color: 'auto', noTrunc: true }).columns).toBeNull();
    expect(createTheme(pipe, {}, { color: 'auto' }).columns).toBeNull();
  });
});

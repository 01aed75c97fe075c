import { expect, test } from 'vitest';
import { tokenFault } from '../../../src/core/hub/token-fault.ts';
import { HUB_TOKEN_VARIABLES, tokenOfVariable } from '../../../src/core/hub/token-variable.ts';

const VALID = [
  'hf_abcdefghijklmnopqrstuvwxyzABCDEFGH',
  'api_org_0123456789',
  'ms-0a1b2c3d-4e5f-6789-abcd-ef0123456789',
  'eyJhbGciOi.eyJzdWIi.abc-_==',
  'user:pass',
];

test.each(VALID)('[case F13] %s is a token', (token) => {
  expect(tokenFault(token)).toBeNull();
});

test.each([
  ['"hf_abcdefgh"', 'quotes'],
  ["'hf_abcdefgh'", 'quotes'],
  ['hf_abcdefgh"', 'quotes'],
  ['\u201chf_abcdefgh\u201d', 'quotes'],
  ['Bearer hf_abcdefgh', 'Bearer'],
  ['Authorization: Bearer hf_abcdefgh', 'Bearer'],
  ['HF_TOKEN=hf_abcdefgh', 'assignment'],
  ['export HF_TOKEN=hf_abcdefgh', 'assignment'],
  ['$HF_TOKEN', 'not expanded'],
  ['$'.concat('{HF_TOKEN}'), 'not expanded'],
  ['hf_abcdefgh # mine', 'whitespace'],
  ['hf_abcd efgh', 'whitespace'],
  ['hf_abcd\nhf_efgh', 'whitespace'],
  ['hf_abcd\u00a0efgh', 'whitespace'],
  ['hf_abcd\u200befgh', 'whitespace'],
  ['hf_abcdefgh\\n', 'written as \\n'],
  ['hf_abcdéfgh', 'character'],
  ['<hf_abcdefgh>', 'character'],
  ['hf_abcd\u0000efgh', 'character'],
])('[case F13] %j is not a token, and the reason does not repeat it', (text, reason) => {
  expect(tokenFault(text)).toContain(reason);
  expect(tokenFault(text)).not.toContain('abcd');
});

test.each(HUB_TOKEN_VARIABLES)('[case F13] the error names the variable %s', (name) => {
  expect(() => tokenOfVariable(name, { [name]: '"hf_abcdefgh"' })).toThrow(
    expect.objectContaining({
      code: 'RMA_HUB_TOKEN_INVALID',
      exitCode: 2,
      message: expect.stringMatching(new RegExp(`^the value of ${name} is not a token: it is in quotes`)),
      hint: expect.stringContaining(name),
    }),
  );
});

test('[case F13] whitespace and a byte order mark around a token are ignored', () => {
  expect(tokenOfVariable('HF_TOKEN', { HF_TOKEN: '\ufeff hf_abcdefgh\r\n' })).toBe('hf_abcdefgh');
  expect(tokenOfVariable('HF_TOKEN', { HF_TOKEN: ' \n' })).toBeNull();
  expect(tokenOfVariable('HF_TOKEN', {})).toBeNull();
});

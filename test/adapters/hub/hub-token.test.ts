import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readHubToken, readSourceToken } from '../../../src/adapters/hub/hub-token.ts';
import { modelscope } from '../../../src/core/source/modelscope.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';

const TOKEN = modelscope.token!;

test('[case F13] reads the token from the given file, else HF_TOKEN or its old name, else HF_TOKEN_PATH, else the file of hf auth', () => {
  const dir = tempFolder();
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  mkdirSync(join(dir, 'home'));
  file('home/token', 'hf_home\n');
  const env = { HF_TOKEN: 'hf_env', HF_TOKEN_PATH: file('path', 'hf_path\n'), HF_HOME: join(dir, 'home') };
  expect(readHubToken(file('asked', ' hf_asked \n'), env)).toBe('hf_asked');
  expect(readHubToken(null, env)).toBe('hf_env');
  expect(readHubToken(null, { ...env, HF_TOKEN: '' })).toBe('hf_path');
  expect(readHubToken(null, { ...env, HF_TOKEN: '', HUGGING_FACE_HUB_TOKEN: 'hf_old' })).toBe('hf_old');
  expect(readHubToken(null, { ...env, HUGGING_FACE_HUB_TOKEN: 'hf_old' })).toBe('hf_env');
  expect(readHubToken(null, { HF_HOME: env.HF_HOME })).toBe('hf_home');
  expect(readHubToken(null, { HF_HOME: join(dir, 'nowhere') })).toBeNull();
});

test.each([
  ['missing', null],
  ['empty', ''],
  ['two lines long', 'hf_one\nhf_two\n'],
  ['in quotes', '"hf_one"\n'],
  ['a header', 'Bearer hf_one\n'],
])('rejects a token file that is %s without printing its content', (_, text) => {
  const path = join(tempFolder(), 'token');
  if (text !== null) writeFileSync(path, text);
  expect(() => readHubToken(path, {})).toThrowError(
    expect.objectContaining({
      code: 'RMA_HUB_TOKEN_FILE',
      exitCode: 2,
      message: expect.not.stringContaining('hf_'),
    }),
  );
});

test('reads the ModelScope token from MODELSCOPE_API_TOKEN, else from the file MODELSCOPE_API_TOKEN_PATH', () => {
  const path = join(tempFolder(), 'token');
  writeFileSync(path, 'ms-file\n');
  const env = { MODELSCOPE_API_TOKEN: ' ms-env ', MODELSCOPE_API_TOKEN_PATH: path };
  expect(readSourceToken(TOKEN, env)).toBe('ms-env');
  expect(readSourceToken(TOKEN, { ...env, MODELSCOPE_API_TOKEN: '' })).toBe('ms-file');
  expect(readSourceToken(TOKEN, { MODELSCOPE_API_TOKEN_PATH: `${path}-absent` })).toBeNull();
  expect(readSourceToken(TOKEN, {})).toBeNull();
  expect(() => readSourceToken(TOKEN, { MODELSCOPE_API_TOKEN: 'a b' })).toThrow(/MODELSCOPE_API_TOKEN/);
});

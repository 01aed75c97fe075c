import { describe, expect, it } from 'vitest';
import { serviceConflicts } from '../../../src/core/profile/service-conflicts.ts';
import type { ServiceFile } from '../../../src/core/profile/service-schema.ts';
import { engineOf } from '../../helpers/builders/render-builders.ts';

const apiKey = { file: 'key', content: '{key}', variable: 'KEY_FILE' };
const engines = new Map([
  ['llm', engineOf('llm')],
  ['ocr', engineOf('ocr', { apiKey })],
]);

function messages(file: Partial<ServiceFile>): readonly string[] {
  return serviceConflicts({ engine: 'llm', ...file }, { engines, models: new Map() }).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
}

describe('a secret of a service', () => {
  it.each<[string, Partial<ServiceFile>, string]>([
    [
      'as a flag',
      { flags: ['--api-key', 'sk-abcdefgh'] },
      'flags.0: "--api-key" looks like a secret, which docker inspect would show; set it in a file that the engine reads',
    ],
    [
      'of an engine that reads a key from a file',
      { engine: 'ocr', flags: ['--api-key=sk-abcdefgh'] },
      'flags.0: "--api-key" looks like a secret, which docker inspect would show; set "api_key_file" of the service in rma.yaml',
    ],
    [
      'in a flag without its name',
      { flags: ['--foo', 'hf_abcdefghijkl'] },
      'flags.1: a value in "flags" looks like a secret, which docker inspect would show; set "hub.token_file" in rma.yaml: rma downloads the models',
    ],
    [
      'in a variable',
      { environment: { FOO: 'hf_abcdefghijkl' } },
      'environment.FOO: the value of FOO looks like a secret, which docker inspect would show; set "hub.token_file" in rma.yaml: rma downloads the models',
    ],
  ])('[req L08] %s is rejected with the file to use', (_, file, message) => {
    expect(messages(file)).toEqual([message]);
  });

  it.each([
    '--api_key sk-abcdefgh',
    '--hf-token=abcdefgh',
    '--token',
    '--admin-api-key',
    '--ssl-keyfile-password',
    '--foo=Bearer abcdefgh1',
    '--foo=https://me:abcdefgh@host/x',
  ])('in the flag %s is found and not shown', (flag) => {
    const [message = '', ...others] = messages({ flags: [flag] });
    expect(message).toContain('looks like a secret');
    expect(message).not.toContain('abcdefgh');
    expect(others).toEqual([]);
  });

  it.each([
    '--api-key-file=/etc/key',
    '--allow-credentials',
    '--long-prefill-token-threshold=5',
    '--max-batch-tokens=5',
    '--tokenizer=a/b',
    '--prompt=basic arithmetic',
    '--url=https://host/x?max_tokens=5',
  ])('is not confused with the flag %s', (flag) => {
    expect(messages({ flags: [flag] })).toEqual([]);
  });
});

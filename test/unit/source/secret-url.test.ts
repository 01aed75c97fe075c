import { describe, expect, it } from 'vitest';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';

describe('a URL with a secret', () => {
  it.each([
    'https://user:pass@files.example/x.gguf',
    'https://cdn.example/x.gguf?X-Amz-Signature=deadbeef0123&part=1',
    'https://files.example/x.gguf?token=abcdef',
  ])('is rejected, because references are in generated files and labels: %s', (url) => {
    expect(() => parseModelRef(url)).toThrow(
      expect.objectContaining({
        code: 'RMA_MODEL_REF_INVALID',
        exitCode: 2,
        message: expect.not.stringMatching(/pass@|deadbeef|abcdef/),
      }),
    );
  });

  it('is accepted with an ordinary query only', () => {
    expect(parseModelRef('https://files.example/x.gguf?download=true')).toMatchObject({ source: 'url' });
  });
});

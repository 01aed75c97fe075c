import { describe, expect, test } from 'vitest';
import { checkDirectory } from '../../../src/core/profile/check-directory.ts';
import { url } from '../../../src/core/source/url.ts';
import { engineOf } from '../../helpers/builders/render-builders.ts';

const at = (ref: string) => {
  const model = url.part(url.parse(ref), { files: [], commit: null, manifest: null });
  if (model === null) throw new Error(ref);
  return model;
};
const check = (refs: readonly string[], engine = engineOf('scan', { modelsMount: '/app/models' })) =>
  checkDirectory({ profile: 'chat', engine, models: refs.map(at) });

describe('[req N12] an engine that scans a directory', () => {
  test('has all its models in one set', () => {
    expect(() => check(['https://a.example/1.gguf#set=x', 'https://a.example/2.gguf#set=x'])).not.toThrow();
    expect(() => check(['https://a.example/1.gguf#set=x', 'https://a.example/2.gguf'])).toThrowError(
      expect.objectContaining({
        code: 'RMA_MODELS_APART',
        exitCode: 2,
        message:
          'profile chat: engine "scan" scans one directory, but https://a.example/1.gguf#set=x is stored in gguf/x and https://a.example/2.gguf in gguf/default',
      }),
    );
  });

  test('is one with models_mount or {models_dir}; others find their models by path', () => {
    const apart = ['https://a.example/1.gguf#set=x', 'https://a.example/2.gguf'];
    const scanning = engineOf('scan', { environment: { MODEL_PATH: '{models_dir}' } });
    expect(() => check(apart, scanning)).toThrowError(/scans one directory/);
    expect(() => check(apart, engineOf('paths'))).not.toThrow();
  });
});

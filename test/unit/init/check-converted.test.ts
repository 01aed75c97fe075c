import { describe, expect, it } from 'vitest';
import { checkConverted } from '../../../src/core/init/check-converted.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const catalog = shippedCatalog();
const profile = (more: string) =>
  `description: Text\nservices:\n  - engine: vllm\n    models: [mistral-7b-instruct]\n${more}`;
const check = (files: Readonly<Record<string, string>>) =>
  checkConverted(new Map(Object.entries(files)), catalog);

describe('files converted from Compose', () => {
  it('are accepted if rma can read them', () => {
    expect(() => check({ 'rma.yaml': 'profiles: [own]\n', 'profiles/own.yaml': profile('') })).not.toThrow();
  });

  it.each([
    [
      'a number of requests',
      { 'profiles/own.yaml': profile('    concurrency: 99999\n') },
      /concurrency" must be/,
    ],
    ['a memory limit', { 'profiles/own.yaml': profile('    memory: 3MiB\n') }, /memory" must be/],
    ['a name', { [`profiles/${'a'.repeat(41)}.yaml`]: profile('') }, /is not a valid name for a profile/],
    ['a port', { 'rma.yaml': 'ports: { own-vllm: 99999 }\n' }, /ports/],
    ['a volume', { 'rma.yaml': 'volumes: { store: "named:_v" }\n' }, /volumes\.store/],
  ])('are an error with %s that rma does not support', (_what, files, message) => {
    expect(() => check(files as Readonly<Record<string, string>>)).toThrowError(
      expect.objectContaining({
        code: 'RMA_COMPOSE_IMPORT',
        exitCode: 2,
        message: expect.stringMatching(message),
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import type { DataFile } from '../../../src/core/profile/data-file.ts';
import { findModel, printedName } from '../../../src/core/profile/find-model.ts';
import { expandSets } from '../../../src/core/profile/model-sets.ts';
import { optionalRefs } from '../../../src/core/profile/model-users.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const ENGINE = `image: example/scan:1
port: 8080
command: ["{models_dir}"]
health_path: /health
models_path: /v1/models
health_test: [CMD, "true"]
`;

const model = (name: string, more: string) =>
  `${name}:\n  ref: https://files.example/${name}.Q4_K_M.gguf\n  kind: chat\n${more}`;

function catalogOf(
  models: string,
  profile = 'services: [{ engine: scan, models: ["set:small"] }]\n',
  own = '',
) {
  const file = (kind: DataFile['kind'], name: string, text: string): DataFile => ({
    kind,
    name,
    file: `${name}.yaml`,
    text,
  });
  return buildCatalog([
    file('engine', 'scan', ENGINE),
    file('models', 'models', models),
    ...(own === '' ? [] : [file('models', 'own', own)]),
    file('profile', 'chat', `description: Chat\n${profile}`),
  ]);
}

const IN_SETS =
  model('one', '  sets: [small, large]\n  optional: true\n') + model('two', '  sets: [small]\n');
const servedBy = (catalog: ReturnType<typeof catalogOf>) =>
  catalog.profiles.get('chat')?.variants[0].services[0]?.models;

describe('[req N16] a set of GGUF models', () => {
  test('stores each of its models in its own directory, and serves them under the names of the catalog', () => {
    const catalog = catalogOf(IN_SETS);
    const found = expandSets(['set:small'], catalog.models).map((name) => findModel(catalog, name));
    expect(found).toEqual([
      { name: 'one', kind: 'chat', ref: 'https://files.example/one.Q4_K_M.gguf#set=small' },
      { name: 'two', kind: 'chat', ref: 'https://files.example/two.Q4_K_M.gguf#set=small' },
    ]);
    expect(findModel(catalog, 'one').ref).toBe('https://files.example/one.Q4_K_M.gguf');
    expect(findModel(catalog, 'set:large/one').ref).toBe('https://files.example/one.Q4_K_M.gguf#set=large');
  });

  test('can be named in a profile', () => {
    expect(servedBy(catalogOf(IN_SETS))).toEqual(['set:small/one', 'set:small/two']);
  });

  test('gets the models that the user adds, and loses those that the user takes out', () => {
    const own = model('three', '  sets: [small]\n') + model('two', '');
    expect(servedBy(catalogOf(IN_SETS, undefined, own))).toEqual(['set:small/one', 'set:small/three']);
  });

  test('prints its models with a name that finds them again', () => {
    const catalog = catalogOf(IN_SETS);
    const member = findModel(catalog, 'set:small/one');
    expect(printedName(catalog, member)).toBe('set:small/one');
    expect(findModel(catalog, printedName(catalog, member))).toEqual(member);
  });

  test('keeps what the catalog knows of its models', () => {
    const catalog = catalogOf(IN_SETS);
    expect(optionalRefs(catalog)).toContain('https://files.example/one.Q4_K_M.gguf#set=small');
  });

  test('that does not exist is an error that names the sets', () => {
    const catalog = catalogOf(IN_SETS);
    expect(() => findModel(catalog, 'set:smal')).toThrowError(
      expect.objectContaining({
        code: 'RMA_MODEL_UNKNOWN',
        exitCode: 2,
        message: expect.stringContaining('unknown set "set:smal"; did you mean "set:small"'),
      }),
    );
    expect(() => catalogOf(IN_SETS, 'services: [{ engine: scan, models: ["set:smal"] }]\n')).toThrowError(
      /chat\.yaml:2:\d+: unknown set "set:smal"; did you mean "set:small"/,
    );
  });

  test.each([
    ['m:\n  ref: hf:org/repo\n  kind: chat\n  sets: [small]\n', 'only models with a URL can be in one'],
    ['m:\n  ref: https://files.example/m.gguf#set=x\n  kind: chat\n  sets: [small]\n', 'cannot be combined'],
    ['m:\n  ref: https://files.example/m.gguf\n  kind: chat\n  sets: [default]\n', 'not "default"'],
    ['m:\n  ref: https://files.example/m.gguf\n  kind: chat\n  sets: [../up]\n', 'a set name of'],
  ])('is refused in %j', (text, fault) => {
    expect(() => catalogOf(IN_SETS + text)).toThrowError(new RegExp(`models\\.yaml:\\d+:\\d+: .*${fault}`));
  });

  test('has one model for an engine that serves one only if it contains one', () => {
    const files = [
      ['engine', 'one', ENGINE.replace('{models_dir}', '{model}')],
      ['models', 'models', IN_SETS],
      ['profile', 'a', 'description: A\nservices: [{ engine: one, models: ["set:large"] }]\n'],
    ] as const;
    const read = (extra: readonly (readonly [DataFile['kind'], string, string])[] = []) =>
      buildCatalog(
        [...files, ...extra].map(([kind, name, text]) => ({ kind, name, file: `${name}.yaml`, text })),
      );
    expect(read().profiles.get('a')?.variants[0].services[0]?.models).toEqual(['set:large/one']);
    const two = 'description: B\nservices: [{ engine: one, models: ["set:small"] }]\n';
    expect(() => read([['profile', 'b', two]])).toThrowError(/serves exactly one model, not 2/);
  });
});

describe('[req N15] [req N16] the sets that rma ships', () => {
  const { models } = shippedCatalog();
  const names = (set: string) => expandSets([set], models).map((name) => name.slice(name.indexOf('/') + 1));

  test('are starter, production and enterprise, each with all models of the smaller one', () => {
    expect(names('set:starter')).toEqual(['gemma-2-2b-it', 'llama-2-7b-chat']);
    expect(names('set:production')).toEqual(expect.arrayContaining(names('set:starter')));
    expect(names('set:enterprise')).toEqual(expect.arrayContaining(names('set:production')));
  });

  test('[req N07] [req T18] store a model under its name in the guide, whatever its name at its source', () => {
    expect(models.get('set:starter/gemma-2-2b-it')?.ref).toMatch(
      /gemma-2-2b-it-Q4_K_M\.gguf#as=gemma-2-2b-it\.Q4_K_M\.gguf&set=starter$/,
    );
  });

  test('have the size of each model in its description, within a tenth of weights of 4.5 to 5.3 bits', () => {
    // parameters in 10^9
    const parameters: Readonly<Record<string, number>> = {
      'gemma-2-2b-it': 2.61,
      'llama-2-7b-chat': 6.74,
      'mistral-7b-instruct-v0.2': 7.24,
      'llama-2-13b-chat': 13.02,
      'codellama-7b-instruct': 6.74,
      'qwen2.5-14b-instruct': 14.77,
    };
    expect(Object.keys(parameters).sort()).toEqual([...names('set:enterprise')].sort());
    for (const [name, count] of Object.entries(parameters)) {
      const gigabytes = Number(/about ([\d.]+) GB/.exec(models.get(name)?.description ?? '')?.[1]);
      const bits = (gigabytes * 8) / count;
      expect([name, bits > 4.5 && bits < 5.4]).toEqual([name, true]);
    }
  });
});

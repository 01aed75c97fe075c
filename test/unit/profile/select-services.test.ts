import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findModel } from '../../../src/core/profile/find-model.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

describe('selectServices', () => {
  it('names services after profile and engine, with a number from the second on', () => {
    const catalog = catalogOf({
      chat: [profileServiceOf(), profileServiceOf({ models: ['big'] }), profileServiceOf({ flags: ['--x'] })],
    });
    const { profiles, services } = selectServices(catalog, ['chat']);
    expect(services.map((s) => s.service)).toEqual(['chat-llm', 'chat-llm-2', 'chat-llm-3']);
    expect(profiles[0]).toMatchObject({
      worker: 'chat-worker',
      refs: ['hf:org/big:big.gguf', 'hf:org/small:small.gguf'],
    });
  });

  it('runs an engine with the same models and flags once, with the limit of the first profile', () => {
    const catalog = catalogOf({
      a: [profileServiceOf({ memoryBytes: 1 })],
      b: [profileServiceOf({ memoryBytes: 2 }), profileServiceOf({ models: ['big'] })],
    });
    const { profiles, services } = selectServices(catalog, ['a', 'b']);
    expect(services.map((s) => [s.service, s.profile, s.memoryBytes])).toEqual([
      ['a-llm', 'a', 1],
      ['b-llm', 'b', null],
    ]);
    expect(profiles.map((p) => p.services)).toEqual([['a-llm'], ['a-llm', 'b-llm']]);
  });

  it.each([
    ['flags', { flags: ['--x'] }],
    ['models', { models: ['big'] }],
    ['context', { context: 8192 }],
    ['concurrency', { concurrency: 2 }],
    ['GPUs', { gpus: 2 }],
    ['exclusive use', { exclusive: true }],
  ])('runs engines with different %s separately', (_, over) => {
    const engine = engineOf('llm', { gpu: 'optional', sharesGpu: true });
    const services = { a: [profileServiceOf()], b: [profileServiceOf(over)] };
    expect(selectServices(catalogOf(services, [engine]), ['a', 'b']).services).toHaveLength(2);
  });

  it('shares an engine if a profile only repeats its defaults', () => {
    const catalog = catalogOf({
      a: [profileServiceOf()],
      b: [profileServiceOf({ context: 4096, concurrency: 1, models: ['hf:org/small:small.gguf'] })],
      c: [profileServiceOf({ context: 4096, concurrency: 1 })],
    });
    const { services } = selectServices(catalog, ['a', 'b', 'c']);
    expect(services.map(({ service, models }) => [service, models[0]?.kind])).toEqual([
      ['a-llm', 'chat'],
      ['b-llm', null],
    ]);
  });

  it('[req N20] numbers replicas and groups them under the first', () => {
    const catalog = catalogOf({
      a: [profileServiceOf({ replicas: 3 })],
      b: [profileServiceOf()],
      c: [profileServiceOf({ models: ['big'] })],
    });
    const { profiles, services } = selectServices(catalog, ['a', 'b', 'c']);
    expect(services.map((s) => [s.service, s.replicaGroup])).toEqual([
      ['a-llm', 'a-llm'],
      ['a-llm-2', 'a-llm'],
      ['a-llm-3', 'a-llm'],
      ['c-llm', null],
    ]);
    expect(profiles.map((p) => p.services)).toEqual([['a-llm', 'a-llm-2', 'a-llm-3'], ['a-llm'], ['c-llm']]);
  });

  it('keeps the name of an engine after its profile is removed', () => {
    const catalog = catalogOf({ a: [profileServiceOf()], b: [profileServiceOf()] });
    const before = selectServices(catalog, ['a', 'b']);
    const known = Object.fromEntries(before.services.map((s) => [s.service, s.identity]));
    const [left] = selectServices(catalog, ['b'], { names: known }).services;
    expect(left).toMatchObject({ service: 'a-llm', profile: 'b' });
    const back = selectServices(catalog, ['b', 'a'], { names: known }).services;
    expect(back.map(({ service }) => service)).toEqual(['a-llm']);
  });

  it('drops the name of an engine that changed', () => {
    const known = { 'a-llm': 'gone', 'a-llm-2': 'gone-too' };
    const catalog = catalogOf({ a: [profileServiceOf()] });
    expect(selectServices(catalog, ['a'], { names: known }).services[0]?.service).toBe('a-llm');
  });

  it('selects the requested variant, and rejects an unknown one', () => {
    const catalog = catalogOf({ chat: [profileServiceOf()] });
    const small = { name: 'small', services: [profileServiceOf({ flags: ['--small'] })] };
    const chat = catalog.profiles.get('chat')!;
    const profiles = new Map([['chat', { ...chat, variants: [chat.variants[0], small] as const }]]);
    const select = (name: string) =>
      selectServices({ ...catalog, profiles }, ['chat'], { variants: new Map([['chat', name]]) });
    expect(select('small').profiles[0]).toMatchObject({ variant: 'small' });
    expect(select('small').services[0]?.flags).toEqual(['--small']);
    expect(() => select('smal')).toThrow(
      expect.objectContaining({ code: 'RMA_VARIANT_UNKNOWN', exitCode: 2 }) as Error,
    );
  });

  const someService = fc
    .record({
      model: fc.constantFrom('small', 'big'),
      flags: fc.constantFrom<string[]>([], ['--x']),
      replicas: fc.integer({ min: 1, max: 2 }),
    })
    .map(({ model, ...rest }) => profileServiceOf({ models: [model], ...rest }));
  const someCatalog = fc
    .array(fc.array(someService, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 4 })
    .map((lists) => catalogOf(Object.fromEntries(lists.map((list, at) => [`p${at}`, list]))));
  const textOf = (service: object) => JSON.stringify({ ...service, replicaGroup: null });

  it('adding a profile does not change the others', () => {
    fc.assert(
      fc.property(someCatalog, (catalog) => {
        const names = [...catalog.profiles.keys()];
        const before = selectServices(catalog, names.slice(0, -1));
        const after = selectServices(catalog, names);
        expect(after.profiles.slice(0, -1)).toEqual(before.profiles);
        expect(after.services.slice(0, before.services.length).map(textOf)).toEqual(
          before.services.map(textOf),
        );
      }),
    );
  });

  it('keeps the names of all engines, whatever profiles remain and in whatever order', () => {
    const question = someCatalog.chain((catalog) =>
      fc.record({
        catalog: fc.constant(catalog),
        later: fc.shuffledSubarray([...catalog.profiles.keys()], { minLength: 1 }),
      }),
    );
    fc.assert(
      fc.property(question, ({ catalog, later }) => {
        const before = selectServices(catalog, [...catalog.profiles.keys()]);
        const known = Object.fromEntries(before.services.map((s) => [s.service, s.identity]));
        const names = new Map(before.services.map((s) => [s.identity, s.service]));
        const after = selectServices(catalog, later, { names: known });
        expect(after.services.map((s) => s.service)).toEqual(
          after.services.map((s) => names.get(s.identity)),
        );
        const workers = after.profiles.map(({ name, services }) => [name, services]);
        const same = before.profiles.filter(({ name }) => later.includes(name));
        expect(Object.fromEntries(workers)).toEqual(
          Object.fromEntries(same.map(({ name, services }) => [name, services])),
        );
      }),
    );
  });

  it('never gives two services the same name', () => {
    const catalog = catalogOf(
      {
        a: [profileServiceOf(), profileServiceOf({ models: ['big'] }), profileServiceOf({ engine: 'llm-2' })],
      },
      ['llm', 'llm-2'],
    );
    const names = selectServices(catalog, ['a']).services.map((s) => s.service);
    expect(names).toEqual(['a-llm', 'a-llm-2', 'a-llm-2-2']);
  });

  it('rejects an unknown profile with a suggestion and the list', () => {
    const catalog = catalogOf({ chat: [profileServiceOf()], 'cpu-worker': [profileServiceOf()] });
    expect(() => selectServices(catalog, ['cpu-workr'])).toThrow(
      expect.objectContaining({
        code: 'RMA_PROFILE_UNKNOWN',
        exitCode: 2,
        message: 'unknown profile "cpu-workr"; did you mean "cpu-worker"?',
        hint: 'to list the profiles: rma profiles ls; to add one: profiles/<name>.yaml next to rma.yaml',
      }),
    );
  });
});

describe('findModel', () => {
  const catalog = catalogOf({ a: [profileServiceOf()] });

  it.each([
    ['small', 'hf:org/small:small.gguf', 'small'],
    ['hf:org/repo', 'hf:org/repo', 'org/repo'],
    ['hf:org/repo@main', 'hf:org/repo', 'org/repo'],
    ['hf:org/repo:*.json', 'hf:org/repo:*.json', 'org/repo'],
    ['hf:org/repo@v1', 'hf:org/repo@v1', 'org/repo'],
    ['https://host/x#as=other.gguf', 'https://host/x#as=other.gguf', 'other'],
    ['hf:org/repo@v1:sub/my-model.Q4.gguf', 'hf:org/repo@v1:sub/my-model.Q4.gguf', 'my-model.Q4'],
    [
      `https://host/x/tiny.gguf#sha256=${'0'.repeat(64)}`,
      `https://host/x/tiny.gguf#sha256=${'0'.repeat(64)}`,
      'tiny',
    ],
  ])('finds %s', (asked, ref, name) => {
    expect(findModel(catalog, asked)).toMatchObject({ ref, name });
  });

  it('rejects an unknown name with a suggestion', () => {
    expect(() => findModel(catalog, 'smal')).toThrow(
      expect.objectContaining({
        code: 'RMA_MODEL_UNKNOWN',
        exitCode: 2,
        message: 'unknown model "smal"; did you mean "small"?',
      }),
    );
  });
});

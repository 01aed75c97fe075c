import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RmaError } from '../../../src/core/errors.ts';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import type { DataFile } from '../../../src/core/profile/data-file.ts';
import { profileServiceOf } from '../../helpers/builders/render-builders.ts';

const ENGINE = `image: example/engine:1
port: 8080
command: [--model, "{model}", --alias, "{name}"]
health_path: /health
models_path: /v1/models
health_test: [CMD, curl, "http://127.0.0.1:{port}/health"]
`;
const MODELS = `small:
  ref: hf:org/small:small.gguf
  kind: chat
`;
const PROFILE = `description: A profile
services:
  - engine: llm
    models: [small]
    memory: 2GiB
`;

const file = (kind: DataFile['kind'], name: string, text: string): DataFile => ({
  kind,
  name,
  text,
  file: `data/${name}.yaml`,
});
const good = [
  file('engine', 'llm', ENGINE),
  file('models', 'models', MODELS),
  file('profile', 'chat', PROFILE),
];

function faultsOf(files: readonly DataFile[]): string[] {
  try {
    buildCatalog(files);
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    expect(error).toMatchObject({ code: 'RMA_DATA_INVALID', exitCode: 2 });
    return error.message.split('\n').slice(1);
  }
  return [];
}

describe('buildCatalog', () => {
  it('parses profiles, engines and models', () => {
    const { profiles, engines, models } = buildCatalog(good);
    expect(profiles.get('chat')).toEqual({
      name: 'chat',
      description: 'A profile',
      minGpuBytes: null,
      recommendedGpuBytes: null,
      variants: [{ name: 'default', services: [profileServiceOf({ memoryBytes: 2 ** 31, gpus: 1 })] }],
    });
    expect(engines.get('llm')).toMatchObject({
      name: 'llm',
      port: 8080,
      stopGraceSeconds: 10,
      chatPath: null,
    });
    expect(models.get('small')).toMatchObject({ ref: 'hf:org/small:small.gguf', kind: 'chat' });
  });

  it('prefers a later profile of the same name, without parsing the earlier one', () => {
    const own = { ...file('profile', 'chat', PROFILE.replace('A profile', 'Mine')), file: 'own/chat.yaml' };
    const broken = file('profile', 'chat', 'services: 1');
    const { profiles } = buildCatalog([good[0]!, good[1]!, broken, own]);
    expect(profiles.get('chat')?.description).toBe('Mine');
  });

  it('merges a later models.yaml by entry', () => {
    const own = file(
      'models',
      'models',
      'small: {ref: hf:me/mine, kind: chat}\nbig: {ref: hf:me/big, kind: vision}\n',
    );
    const { models } = buildCatalog([...good, own]);
    expect([...models].map(([name, { ref }]) => [name, ref])).toEqual([
      ['small', 'hf:me/mine'],
      ['big', 'hf:me/big'],
    ]);
  });

  it('reports all errors of all files, with their position', () => {
    const files = [
      file('engine', 'llm', ENGINE.replace('port: 8080', 'port: 80800').replace('{name}', '{nam}')),
      file('models', 'models', 'small: {ref: small, kind: chta}\n'),
      file(
        'profile',
        'chat',
        PROFILE.replace('engine: llm', 'engin: llm').replace('small', 'smal').replace('2GiB', '2x'),
      ),
      file('profile', 'other', PROFILE.replace('engine: llm', 'engine: lm')),
    ];
    expect(faultsOf(files)).toEqual([
      'data/llm.yaml:2:7: "port" must be an integer from 1 to 65535, not 80800',
      'data/llm.yaml:3:40: unknown placeholder {nam}; known: {model}, {models_dir}, {name}, {port}, {context}, {concurrency}, {context_total}, {models}, {max_loaded}, {prompt_cache_mib}, {batch_tokens}, {listen}, {self}',
      'data/models.yaml:1:14: invalid model reference "small": unknown source prefix',
      'data/models.yaml:1:27: "small.kind" must be one of chat, embedding, vision, not "chta"',
      'data/chat.yaml:3:5: unknown key "engin"; did you mean "engine"?',
      'data/chat.yaml:3:5: "services[0].engine" is missing',
      'data/chat.yaml:4:14: unknown model "smal"; did you mean "small"?',
      'data/chat.yaml:5:13: "services[0].memory" must be a size from 6MiB up, such as 2GiB, not "2x"',
      'data/other.yaml:3:13: unknown engine "lm"; did you mean "llm"?',
    ]);
  });

  it('reports conflicts between keys together with errors of single keys', () => {
    const service = '{engine: lm, models: [smal, hf:x], gpus: some, memory: 1GiB, memory_reservation: 2GiB}';
    const text = `descripton: x\nservices: [${service}]\nvariants: 3\n`;
    expect(faultsOf([...good.slice(0, 2), file('profile', 'chat', text)])).toEqual([
      'data/chat.yaml:1:1: unknown key "descripton"; did you mean "description"?',
      'data/chat.yaml:1:1: "description" is missing',
      'data/chat.yaml:2:11: a profile has services or variants, not both',
      'data/chat.yaml:2:21: unknown engine "lm"; did you mean "llm"?',
      'data/chat.yaml:2:34: unknown model "smal"; did you mean "small"?',
      'data/chat.yaml:2:40: invalid model reference "hf:x": "x" is not a repository name in the form org/repo',
      'data/chat.yaml:2:53: "services[0].gpus" must be a count (0 for the CPU, at most 64), all, or a list of indices and UUIDs, not "some"',
      'data/chat.yaml:2:93: "memory_reservation" must not exceed "memory"',
      'data/chat.yaml:3:11: "variants" must be a list with at least one item, not 3',
    ]);
  });

  it.each([
    [
      'an empty profile',
      file('profile', 'chat', '# nothing yet\n'),
      /^data\/chat\.yaml:1:1: the file must be a mapping of description, .*, but is empty$/,
    ],
    [
      'a list of models',
      file('models', 'models', '- small\n'),
      'data/models.yaml:1:1: the file must be a mapping of model names, not a list',
    ],
    [
      'a model name with a space',
      file('models', 'models', 'my model: {ref: hf:a/b}\n'),
      'data/models.yaml:1:1: the key "my model" must be a model name of letters, digits, . _ and -',
    ],
    [
      'a long value',
      file('profile', 'chat', PROFILE.replace('2GiB', 'x'.repeat(70))),
      `data/chat.yaml:5:13: "services[0].memory" must be a size from 6MiB up, such as 2GiB, not "${'x'.repeat(56)}...`,
    ],
  ])('reports %s', (_name, broken, message) => {
    const faults = faultsOf([...good.filter(({ name }) => name !== broken.name), broken]);
    expect(faults).toContainEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it('has its own message for every error', () => {
    const lines = [...ENGINE.trim().split('\n'), 'reads: []', 'ulimits: {}', 'images_by_compute: {}'];
    const keys = fc.constantFrom(...lines.map((line) => line.split(':')[0] ?? ''));
    fc.assert(
      fc.property(keys, fc.jsonValue(), (key, value) => {
        const rest = lines.filter((line) => !line.startsWith(`${key}:`));
        const text = [...rest, `${key}: ${JSON.stringify(value)}`].join('\n');
        const faults = faultsOf([file('engine', 'llm', text)]);
        for (const fault of faults) expect(fault).toMatch(/^data\/llm\.yaml:\d+:\d+: ./);
        expect(faults.join()).not.toMatch(/Invalid input|another (type of )?value/);
      }),
    );
  });

  it.each([
    [
      'a number in a command',
      'engine',
      ENGINE.replace('"{model}"', '4096'),
      'llm',
      'data/llm.yaml:3:20: "command[1]" must be a string (quote numbers), not 4096',
    ],
    [
      'a health test without CMD',
      'engine',
      ENGINE.replace('CMD, ', ''),
      'llm',
      'data/llm.yaml:6:14: "health_test" must be a list of CMD or CMD-SHELL and what to run, not a list',
    ],
    [
      'a missing image',
      'engine',
      ENGINE.replace('image: example/engine:1\n', ''),
      'llm',
      'data/llm.yaml:1:1: "image" is missing',
    ],
    [
      'a list instead of a mapping',
      'profile',
      '- a\n',
      'x',
      'data/x.yaml:1:1: the file must be a mapping of description, min_gpu_memory, recommended_gpu_memory, services, variants, not a list',
    ],
    [
      'no services',
      'profile',
      'description: x\nservices: []\n',
      'x',
      'data/x.yaml:2:11: "services" must be a list with at least one item, not an empty list',
    ],
    ['invalid YAML', 'profile', 'description: [x\n', 'x', 'data/x.yaml:2:1: missing closing ]'],
    [
      'an uppercase name',
      'profile',
      PROFILE,
      'Chat',
      'data/Chat.yaml:1:1: "Chat" is not a valid name for a profile: use at most 40 lower-case letters, digits and -',
    ],
    [
      'an engine named worker',
      'engine',
      ENGINE,
      'worker',
      'data/worker.yaml:1:1: the name "worker" is reserved: every profile has a service of that name',
    ],
    [
      'two models for a single-model engine',
      'profile',
      PROFILE.replace('[small]', '[small, small]'),
      'x',
      'data/x.yaml:4:13: engine "llm" serves exactly one model, not 2',
    ],
    [
      'a malformed reference',
      'profile',
      PROFILE.replace('[small]', '["hf:small"]'),
      'x',
      'data/x.yaml:4:14: invalid model reference "hf:small": "small" is not a repository name in the form org/repo',
    ],
    [
      'a memory limit that Docker rejects',
      'profile',
      PROFILE.replace('2GiB', '1MiB'),
      'x',
      'data/x.yaml:5:13: "services[0].memory" must be a size from 6MiB up, such as 2GiB, not "1MiB"',
    ],
  ] as const)('reports %s', (...[, kind, text, name, fault]) => {
    expect(
      faultsOf([...good.filter((f) => f.kind !== kind || f.name !== name), file(kind, name, text)]),
    ).toContain(fault);
  });
});

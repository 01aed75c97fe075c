import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertCompose } from '../../../src/core/init/convert-compose.ts';
import { interpolate } from '../../../src/core/init/interpolate.ts';
import { readCompose } from '../../../src/core/init/read-compose.ts';
import { shellWords } from '../../../src/core/init/shell-words.ts';
import { shellQuote } from '../../../src/core/shell-quote.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const catalog = shippedCatalog();
const convert = (text: string) =>
  convertCompose({
    files: readCompose([{ text, file: 'c.yml' }], { shell: {}, envFile: null }),
    catalog,
    names: ['c.yml'],
    store: null,
    base: null,
  });

describe('a Compose file with faults', () => {
  it('is one error with the place of each syntax fault, whatever else is wrong with it', () => {
    const text = `version: '3.8'
services:
  vllm:
    image: vllm/vllm-openai:latest
    ports: ["8000:8000"
    privileged: true
`;
    expect(() => convert(text)).toThrow(
      expect.objectContaining({
        code: 'RMA_COMPOSE_IMPORT',
        exitCode: 2,
        message: expect.stringMatching(/^c\.yml:6:\d+: \S/),
      }),
    );
  });

  it.each(['!reset []', '!override ["8000:8000"]'])('with %s names the command that merges it', (ports) => {
    const text = `services: { chat: { ports: ${ports} } }\n`;
    const hint = 'docker compose -f c.yml config --no-interpolate > merged.yml';
    expect(() => convert(text)).toThrow(
      expect.objectContaining({
        code: 'RMA_COMPOSE_IMPORT',
        message: expect.stringMatching(/^c\.yml:1:28: tags are not supported: !/),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it.each([
    ['apiVersion: v1\nkind: Pod\n', 'Kubernetes manifest'],
    ['models: {}\n', 'no mapping "services"'],
    ['', 'no mapping "services"'],
    ['services: [a]\n', 'no mapping "services"'],
  ])('%j is not a Compose file', (text, words) => {
    expect(() => convert(text)).toThrow(
      expect.objectContaining({ code: 'RMA_COMPOSE_IMPORT', message: expect.stringContaining(words) }),
    );
  });

  it('that has nothing for rma is an error with the reason for each service', () => {
    const text = `services:
  db: { image: postgres:16 }
  chat:
    image: vllm/vllm-openai:v0.9.0
    command: --model /models/mine
`;
    expect(() => convert(text)).toThrow(
      expect.objectContaining({
        code: 'RMA_COMPOSE_IMPORT_NOTHING',
        exitCode: 2,
        message: expect.stringMatching(
          /c\.yml:2:3: db \(postgres:16\)[\s\S]*c\.yml:3:3: chat has its model in/,
        ),
      }),
    );
  });
});

describe('any value in a Compose file', () => {
  const KEYS = [
    'image',
    'command',
    'environment',
    'volumes',
    'ports',
    'deploy',
    'gpus',
    'build',
    'privileged',
  ];

  it('is converted, left out or an error for the user', () => {
    const service = fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue());
    const services = fc.dictionary(
      fc.constantFrom('vllm', 'ollama', 'a-gpu-worker', 'x'),
      fc.oneof(service, fc.jsonValue()),
    );
    fc.assert(
      fc.property(services, fc.jsonValue(), (all, volumes) => {
        try {
          expect(convert(JSON.stringify({ services: all, volumes })).files.has('rma.yaml')).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^RMA_COMPOSE_IMPORT/) });
        }
      }),
    );
  });

  it('with a variable that is not set is noted', () => {
    const { notices } = convert('services: { vllm: { environment: { A: "${NOT_SET}" } } }');
    expect(notices).toContainEqual(
      expect.objectContaining({ kind: 'note', message: expect.stringContaining('NOT_SET') }),
    );
  });
});

describe('a service', () => {
  it('keeps flags that its engine does not get from rma, and names those left out', () => {
    const { files, notices } = convert(`services:
  chat:
    image: vllm/vllm-openai:v0.9.0
    command: ["org/model", "--dtype", "half", "--kv-cache-memory-bytes", "1000", "--api-key", "sk-very-secret"]
    environment: { VLLM_CACHE_ROOT: /x, MY_API_KEY: secret }
`);
    const profile = files.get('profiles/chat.yaml') ?? '';
    expect(profile).toContain('- --dtype\n      - half\n');
    expect(profile).not.toMatch(/kv-cache|VLLM_CACHE_ROOT|API_KEY|secret/);
    const texts = notices.map(({ message }) => message).join('\n');
    expect(texts).toMatch(/left out: .*kv-cache-memory-bytes/);
    expect(texts).not.toContain('very-secret');
  });

  it('with the name of a shipped profile and another model gets a name of its own', () => {
    const { files } = convert(`services:
  vllm:
    image: vllm/vllm-openai:v0.9.0
    command: vllm serve org/model
`);
    expect([...files.keys()]).toEqual(['rma.yaml', 'profiles/own-vllm.yaml']);
  });
});

describe('variables', () => {
  it.each([
    ['${A}-$A-$$A', 'a-a-$A'],
    ['${B:-b}${B-c}${E:-d}${E-e}', 'bcd'],
    ['${A:+set}${B:+set}', 'set'],
    ['${A:?must be set}', 'a'],
    ['${A:-${NONE}}', 'a'],
    ['${B:-${C:-c}}/${B:-x${C:-${D-d}}y}', 'c/xdy'],
    ['${A:+${B:-b}}', 'b'],
    ['${ $1 ${A', '${ $1 ${A'],
  ])('%s are filled in as Compose does', (text, filled) => {
    expect(interpolate(text, { A: 'a', E: '' })).toEqual({ text: filled, unset: [] });
  });

  it('without a value are reported', () => {
    expect(interpolate('${NONE}/$OTHER', {})).toEqual({ text: '/', unset: ['NONE', 'OTHER'] });
  });
});

describe('the words of a command', () => {
  it('are those that a shell reads', () => {
    expect(shellWords(`--a 'b c' "d \\"e" f\\ g --h="i j"`)).toEqual([
      '--a',
      'b c',
      'd "e',
      'f g',
      '--h=i j',
    ]);
  });

  it('are read back after quoting', () => {
    const word = fc.stringMatching(/^[ -~]+$/);
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(shellWords(words.map(shellQuote).join(' '))).toEqual(words);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Stack } from '../../../src/core/domain/desired-state.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  fleetInputOf,
  pinnedFile,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { specOf, stackOf, workerConfigOf } from '../../helpers/builders/stack-of.ts';

interface ComposeText {
  readonly services: Record<
    string,
    { command: string[]; environment: Record<string, string>; labels: Record<string, string> }
  >;
  readonly configs: Record<string, { content: string }>;
}

const undouble = (text: string) => text.replaceAll('$$', '$');
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[-+]?[0-9.xob][0-9a-f.e_:o-]{0,5}$/),
  fc.constantFrom(
    'no',
    'on',
    '~',
    '1_0',
    '0o7',
    '07',
    '1:30',
    '.5',
    '=',
    '<<',
    '2001-01-01',
    '$',
    '$$',
    ['$', '{A}'].join(''),
    ' x ',
    '\n',
    'a\n\n b\n',
    '#',
    'é',
    '\u2028',
  ),
);

describe('renderCompose', () => {
  it('writes every string so that YAML 1.1 and 1.2 read it unchanged', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 40, size: 'max' }), anyText, (flags, value) => {
        const engine = engineOf('llm', { environment: { VALUE: value } });
        const service = profileServiceOf({ engine: 'llm', models: ['small'], flags, memoryBytes: null });
        const selection = selectServices(catalogOf({ chat: [service] }, [engine]), ['chat']);
        const text = stackOf(fleetInputOf({ selection })).text;
        for (const version of ['1.1', '1.2'] as const) {
          const { command, environment } = (parse(text, { version }) as ComposeText).services['chat-llm']!;
          expect(command.slice(6).map(undouble)).toEqual(flags);
          expect(undouble(environment['VALUE']!)).toBe(value);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('contains the complete configuration of each worker', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), fc.integer({ min: 0 }), (paths, bytes) => {
        const files = paths.map((path) => ({ path, bytes, digest: null }));
        const input = fleetInputOf();
        const pinned = new Map([...input.pinned].map(([ref, model]) => [ref, { ...model, files }]));
        const given = { ...input, pinned };
        const { configs } = parse(stackOf(given).text) as ComposeText;
        const content = undouble(configs['chat-worker']!.content);
        expect(content).toBe(specOf(given, 'chat-worker').configFile?.content);
        expect(workerConfigOf(given).models).toEqual([...pinned.values()]);
      }),
      { numRuns: 25 },
    );
  });

  it('is the same whatever the order of the input', () => {
    const service = (model: string) =>
      profileServiceOf({ engine: 'llm', models: [model], flags: [], memoryBytes: null });
    const catalog = catalogOf({ a: [service('small')], b: [service('big')] });
    const render = (reverse: boolean) => {
      const input = fleetInputOf({ selection: selectServices(catalog, ['a', 'b']) });
      const turn = <T>(items: Iterable<T>) => (reverse ? [...items].reverse() : [...items]);
      return stackOf({
        ...input,
        pinned: new Map(turn(input.pinned)),
        ports: new Map(turn(input.ports)),
        secrets: new Set(turn(input.secrets)),
      }).text;
    };
    expect(render(true)).toBe(render(false));
  });
});

describe('the config hash', () => {
  const hashesOf = ({ services }: Stack) =>
    Object.fromEntries(services.map(({ name, configHash }) => [name, configHash]));
  const hashes = (over: Parameters<typeof fleetInputOf>[0] = {}) => hashesOf(stackOf(fleetInputOf(over)));
  const before = hashes();
  const changed = (over: Parameters<typeof fleetInputOf>[0]) => {
    const after = hashes(over);
    return Object.keys(before).filter((name) => before[name] !== after[name]);
  };

  it('is the one in the file', () => {
    const input = fleetInputOf();
    const { services } = parse(stackOf(input).text) as ComposeText;
    const labels = Object.entries(services).map(([name, service]) => [
      name,
      service.labels['rma.config-hash'],
    ]);
    expect(Object.fromEntries(labels)).toEqual(before);
  });

  it('changes with the pinned model for the worker and the engine that reads it', () => {
    const ref = 'hf:org/small:small.gguf';
    const pinned = new Map([[ref, pinnedFile(ref, { commit: 'f'.repeat(40) })]]);
    expect(changed({ pinned })).toEqual(['chat-worker', 'chat-llm']);
  });

  it('changes with the rma image for coordinator and workers only', () => {
    expect(changed({ workerImage: 'rma-worker:2' })).toEqual(['coordinator', 'chat-worker']);
  });

  it('does not change with the version in the header or the location of the file', () => {
    expect(changed({ config: configOf({ stateDir: '/elsewhere' }) })).toEqual([]);
    expect(hashesOf(stackOf(fleetInputOf(), '9.9.9'))).toEqual(before);
  });
});

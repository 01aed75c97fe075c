import { describe, expect, it } from 'vitest';
import { definitionChanges } from '../../../src/core/plan/definition-change.ts';

const HASH = '0123456789abcdef';

const file = (definition: string, hash = HASH, more = ''): string =>
  `services:\n  one:\n${definition.replace(/^/gm, '    ')}\n    labels:\n      rma.config-hash: "${hash}"\n${more}`;

const cause = (before: string | null, after: string): string =>
  definitionChanges(before, after)({ service: 'one', configHash: HASH });

describe('the cause of a recreated container', () => {
  it.each([
    ['image: a', 'image: b', 'image'],
    ['command: [a, b]', 'command: [a, c]', 'command'],
    [
      'environment: { A: "1", B: "2" }',
      'environment: { B: "3", C: "4" }',
      'environment.A, environment.B, environment.C',
    ],
    ['ports: ["1:1"]', 'image: b', 'image, ports'],
    ['a: 1\nb: 1\nc: 1\nd: 1', 'e: 1\nf: 1\ng: 1', 'a, b, c, d, e, f and 1 more'],
  ])('names the keys that differ: %j, %j', (before, after, keys) => {
    expect(cause(file(before), file(after, 'other'))).toBe(`its definition changed: ${keys}`);
  });

  it('names the inline configuration of the service', () => {
    const before = file('image: a', HASH, 'configs:\n  one:\n    content: x\n');
    const after = file('image: a', 'other', 'configs:\n  one:\n    content: y\n');
    expect(cause(before, after)).toBe('its definition changed: configs.one');
  });

  it.each([
    ['there is no file', null],
    ['the file has no such service', 'services: {}\n'],
    ['the container is older than the file', file('image: a', 'newer')],
    ['the file is not YAML', 'services: ['],
    ['the file is no mapping', '- services\n'],
    ['the differing keys are not in the file', file('image: b')],
  ])('is given without keys if %s', (_name, before) => {
    expect(cause(before, file('image: b', 'other'))).toBe('its definition changed');
  });
});

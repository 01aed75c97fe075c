import { describe, expect, it } from 'vitest';
import { RmaError } from '../../../src/core/errors.ts';
import { describedChanges } from '../../../src/core/history/described-changes.ts';
import { formatHistoryEntry, parseHistoryEntry } from '../../../src/core/history/history-entry.ts';
import { historyEntryOf, serviceOf, withModels } from '../../helpers/builders/history-builders.ts';

const cpu = [
  serviceOf('cpu-worker', 'worker', { models: ['hf:org/small:small.gguf'] }),
  serviceOf('cpu-worker', 'engine'),
];
const gpu = [serviceOf('gpu-worker', 'worker'), serviceOf('gpu-worker', 'engine')];
const first = historyEntryOf({ services: cpu });

describe('the changes of an entry', () => {
  it('are all its profiles if it is the first one', () => {
    expect(describedChanges(first, null)).toEqual(['+cpu-worker']);
  });

  it('name added and removed profiles', () => {
    expect(describedChanges(historyEntryOf({ services: gpu }), first)).toEqual([
      '+gpu-worker',
      '-cpu-worker',
    ]);
  });

  it('are empty for the same services', () => {
    expect(describedChanges(historyEntryOf({ services: cpu }), first)).toEqual([]);
  });

  it('name the services whose image is another one, by reference or by id', () => {
    const other = cpu.map((each) =>
      each.role === 'engine' ? { ...each, image: 'llm:2', configHash: 'b' } : each,
    );
    expect(describedChanges(historyEntryOf({ services: other }), first)).toEqual([
      'new image of cpu-worker-llm',
    ]);
    const [one, two] = ['a', 'b'].map((hex) => ({
      'llm:1': { id: `sha256:${hex.repeat(64)}`, digest: null },
    }));
    const before = historyEntryOf({ services: cpu, images: one ?? {} });
    expect(describedChanges(historyEntryOf({ services: cpu, images: two ?? {} }), before)).toEqual([
      'new image of cpu-worker-llm',
    ]);
  });

  it('count the models that are other files', () => {
    const ref = 'hf:org/small:small.gguf';
    const before = historyEntryOf({ services: cpu, files: withModels({ [ref]: 'a' }) });
    const after = historyEntryOf({
      services: cpu.map((each) => ({ ...each, configHash: 'changed' })),
      files: withModels({ [ref]: 'b' }),
    });
    expect(describedChanges(after, before)).toEqual(['1 model changed']);
  });

  it('name the services that are defined differently for any other reason', () => {
    const other = cpu.map((each) => (each.role === 'engine' ? { ...each, configHash: 'b' } : each));
    expect(describedChanges(historyEntryOf({ services: other }), first)).toEqual(['cpu-worker-llm changed']);
  });
});

describe('the file of an entry', () => {
  it('has all of the entry', () => {
    const entry = historyEntryOf({
      services: cpu,
      result: { state: 'failed', code: 'RMA_UP_TIMEOUT' },
      rollbackTo: 3,
    });
    expect(parseHistoryEntry(formatHistoryEntry(entry), '/srv/demo/.rma/history/1.json')).toEqual(entry);
  });

  it.each([
    ['text that is cut off', (text: string) => text.slice(0, 40)],
    ['another schema', (text: string) => text.replace('rma.history-entry/v1', 'rma.history-entry/v2')],
    ['no services', (text: string) => text.replace('"services"', '"service"')],
    ['the number of another entry', (text: string) => text.replace('"number": 1', '"number": 2')],
  ])('with %s is an error that names it', (_, change) => {
    const path = '/srv/demo/.rma/history/1.json';
    const text = change(formatHistoryEntry(first));
    const read = () => parseHistoryEntry(text, path);
    expect(read).toThrow(RmaError);
    expect(read).toThrow(path);
  });
});

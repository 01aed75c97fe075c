import { describe, expect, it, vi } from 'vitest';
import { readHistory } from '../../../../src/app/history/read-history.ts';
import { recorded } from '../../../../src/app/history/record-history.ts';
import { up } from '../../../../src/app/up.ts';
import type { HistoryEntry } from '../../../../src/core/domain/history.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { describedChanges } from '../../../../src/core/history/described-changes.ts';
import { formatHistoryEntry } from '../../../../src/core/history/history-entry.ts';
import { historyEntryOf } from '../../../helpers/builders/history-builders.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { imageIdOf } from '../../../helpers/host/fake-images.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const config = configOf();
const catalog = catalogOf({ chat: [profileServiceOf()], more: [profileServiceOf({ models: ['big'] })] });
const entriesOf = async (host: FakeHost) => (await readHistory(host, config)).entries;
const pathOf = (number: number) => `${config.stateDir}/history/${number}.json`;

function put(host: FakeHost, entry: Partial<HistoryEntry> & Pick<HistoryEntry, 'number'>): void {
  host.files.put(pathOf(entry.number), formatHistoryEntry(historyEntryOf(entry)));
}

const record = async (host: FakeHost, work: () => Promise<void> = async () => undefined) =>
  recorded(host, fakeInvocation(catalog), { config, content: historyEntryOf(), rollbackTo: null, work });

describe('an applied up', () => {
  it('is an entry with the generated files and the images that its containers run', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(catalog), upRequest());
    const [entry, ...more] = await entriesOf(host);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ number: 1, command: 'up', rollbackTo: null, result: { state: 'applied' } });
    expect(entry?.files.compose).toBe(await host.files.read(`${config.stateDir}/compose.yaml`));
    expect(entry?.files.state).toBe(await host.files.read(`${config.stateDir}/state.json`));
    expect(entry?.images).toEqual({
      'example/llm:1': { id: imageIdOf('example/llm:1'), digest: imageIdOf('example/llm:1') },
      'rma-worker:1.2.3-0123456789ab': { id: imageIdOf('rma-worker:1.2.3-0123456789ab'), digest: null },
    });
  });

  it('without changes is no entry', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(catalog), upRequest());
    await up(host, fakeInvocation(catalog), upRequest());
    expect(await entriesOf(host)).toHaveLength(1);
  });

  it('with another profile is a second entry', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(catalog), upRequest());
    await up(host, fakeInvocation(catalog), upRequest({ profiles: ['more'] }));
    const [first = null, second] = await entriesOf(host);
    expect(second && describedChanges(second, first)).toEqual(['+more']);
  });

  it('contains no secret', async () => {
    const host = new FakeHost();
    const hubToken = async () => ({ value: 'hf_entirely-secret', origin: 'HF_TOKEN' });
    await up(host, fakeInvocation(catalog, { hubToken }), upRequest());
    const secrets = await host.files.list(`${config.stateDir}/secrets`);
    expect(secrets.length).toBeGreaterThan(1);
    const text = await host.files.read(pathOf(1));
    for (const name of secrets)
      expect(text).not.toContain(await host.files.read(`${config.stateDir}/secrets/${name}`));
  });
});

describe('an up that fails', () => {
  it('is an entry with the code of its error', async () => {
    const host = new FakeHost();
    vi.spyOn(host.docker, 'up').mockRejectedValueOnce(new RmaError('RMA_COMPOSE_FAILED', 'no'));
    await expect(up(host, fakeInvocation(catalog), upRequest())).rejects.toThrow('no');
    expect(await entriesOf(host)).toMatchObject([
      { result: { state: 'failed', code: 'RMA_COMPOSE_FAILED' } },
    ]);
  });

  it('is unfinished while it runs, and after a kill', async () => {
    const host = new FakeHost();
    await record(host, async () => {
      expect(await entriesOf(host)).toMatchObject([{ number: 1, result: { state: 'unfinished' } }]);
    });
    expect(await entriesOf(host)).toMatchObject([{ number: 1, result: { state: 'applied' } }]);
  });

  it('changes nothing if its entry cannot be written', async () => {
    const host = new FakeHost();
    vi.spyOn(host.files, 'write').mockRejectedValue(new RmaError('RMA_DISK_FULL', 'disk full'));
    await expect(up(host, fakeInvocation(catalog), upRequest())).rejects.toMatchObject({
      code: 'RMA_DISK_FULL',
    });
    expect(host.takeChanges()).toEqual([]);
  });

  it('reports its own error if the host is gone', async () => {
    const host = new FakeHost();
    const lost = record(host, async () => {
      vi.spyOn(host.files, 'write').mockRejectedValue(new Error('gone'));
      throw new Error('lost');
    });
    await expect(lost).rejects.toThrow('lost');
  });
});

it('a result that cannot be written is a warning: the plan was applied', async () => {
  const host = new FakeHost();
  const invocation = fakeInvocation(catalog);
  const work = async () => {
    vi.spyOn(host.files, 'write').mockRejectedValue(new Error('disk full'));
  };
  await recorded(host, invocation, { config, content: historyEntryOf(), rollbackTo: null, work });
  expect(invocation.events).toMatchObject([{ type: 'warning', code: 'RMA_HISTORY_UNFINISHED' }]);
});

describe('the history', () => {
  it('keeps the last 20 entries, and the last one that was applied', async () => {
    const host = new FakeHost();
    for (let number = 3; number <= 5; number += 1) put(host, { number });
    const failed = { state: 'failed', code: 'RMA_X' } as const;
    for (let number = 6; number <= 30; number += 1) put(host, { number, result: failed });
    await record(host);
    const numbers = (await entriesOf(host)).map(({ number }) => number);
    expect(numbers).toEqual([5, ...Array.from({ length: 20 }, (_, at) => at + 12)]);
  });

  it('reports entries that cannot be read, and lists the others', async () => {
    const host = new FakeHost();
    put(host, { number: 1 });
    host.files.put(pathOf(2), '{"schema":');
    host.files.put(`${config.stateDir}/history/notes.txt`, 'mine');
    const { entries, faults } = await readHistory(host, config);
    expect(entries.map(({ number }) => number)).toEqual([1]);
    expect([...faults]).toMatchObject([[2, { code: 'RMA_HISTORY_INVALID', exitCode: 2 }]]);
    await record(host);
    expect((await entriesOf(host)).map(({ number }) => number)).toEqual([1, 3]);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { readHistory } from '../../../../src/app/history/read-history.ts';
import { previewRollback, rollback } from '../../../../src/app/rollback.ts';
import { up } from '../../../../src/app/up.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { configOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import {
  CHANGED,
  FIRST,
  generatedFilesOf,
  idsOf,
  rollbackRequest,
  runningOf,
  twoStates,
} from '../../../helpers/host/rollback-request.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const config = configOf();

describe('rollback', () => {
  it('restores the files and the containers of the state before, and is an entry of the history', async () => {
    const { host, before, invocation } = await twoStates();
    expect(await generatedFilesOf(host)).not.toEqual(before.files);
    const { number, plan } = await rollback(host, invocation, rollbackRequest());
    expect(number).toBe(1);
    expect(await generatedFilesOf(host)).toEqual(before.files);
    expect(runningOf(host)).toEqual(before.running);
    expect(idsOf(plan)).toContain('recreate-service chat-llm');
    const { entries } = await readHistory(host, config);
    expect(entries.map((each) => [each.command, each.rollbackTo, each.result.state])).toEqual([
      ['up', null, 'applied'],
      ['up', null, 'applied'],
      ['rollback', 1, 'applied'],
    ]);
    expect(entries[2]).toMatchObject({ files: entries[0]?.files, images: entries[0]?.images });
  });

  it('repairs what an up left that failed', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(FIRST), upRequest());
    const before = { files: await generatedFilesOf(host), running: runningOf(host) };
    vi.spyOn(host.docker, 'up').mockRejectedValueOnce(new RmaError('RMA_COMPOSE_FAILED', 'no'));
    await expect(up(host, fakeInvocation(CHANGED), upRequest())).rejects.toThrow('no');
    await rollback(host, fakeInvocation(CHANGED), rollbackRequest());
    expect(await generatedFilesOf(host)).toEqual(before.files);
    expect(runningOf(host)).toEqual(before.running);
  });

  it('shows its plan without changing anything', async () => {
    const { host, invocation } = await twoStates();
    const { plan } = await previewRollback(host, invocation, rollbackRequest());
    expect(idsOf(plan)).toContain('recreate-service chat-llm');
    expect(host.takeChanges()).toEqual([]);
    expect((await readHistory(host, config)).entries).toHaveLength(2);
  });

  it('to the current entry does nothing, and is no entry', async () => {
    const { host, invocation } = await twoStates();
    const { plan } = await rollback(host, invocation, rollbackRequest(2));
    expect(plan.operations).toEqual([]);
    expect(host.takeChanges()).toEqual([]);
    expect((await readHistory(host, config)).entries).toHaveLength(2);
  });

  it('does not offer the start at boot again', async () => {
    const { host, invocation } = await twoStates();
    await up(host, invocation, upRequest());
    const state = `${config.stateDir}/state.json`;
    const text = (await host.files.read(state)) ?? '';
    host.files.put(state, text.replace(/\n\}\n$/, ',\n  "bootOffered": true\n}\n'));
    await rollback(host, invocation, rollbackRequest());
    expect(await host.files.read(state)).toContain('"bootOffered": true');
  });

  it('removes the services of a profile that was added since, after a confirmation', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(FIRST), upRequest());
    await up(host, fakeInvocation(FIRST), upRequest({ profiles: ['more'] }));
    const request = rollbackRequest();
    await rollback(host, fakeInvocation(FIRST), request);
    expect(Object.keys(runningOf(host)).sort()).toEqual(['chat-llm', 'chat-worker', 'coordinator']);
    expect(request.confirm).toHaveBeenCalledOnce();
  });

  it('uses the volumes and addresses of that time', async () => {
    const { host, invocation } = await twoStates();
    const volumes = { ...config.volumes, store: { type: 'named', name: 'other-models' } } as const;
    const { plan } = await previewRollback(
      host,
      invocation,
      rollbackRequest(1, { volumes, bind: '10.0.0.1' }),
    );
    expect(idsOf(plan)).not.toContain('create-volume other-models');
    expect(plan.checks).toEqual([]);
  });

  it('warns if the entry was not applied', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(FIRST), upRequest());
    vi.spyOn(host.docker, 'up').mockRejectedValueOnce(new RmaError('RMA_COMPOSE_FAILED', 'no'));
    await expect(up(host, fakeInvocation(CHANGED), upRequest())).rejects.toThrow('no');
    const { plan } = await previewRollback(host, fakeInvocation(CHANGED), rollbackRequest(2));
    expect(plan.checks).toMatchObject([{ level: 'warning', code: 'RMA_ROLLBACK_NOT_APPLIED' }]);
  });

  it('holds the lock of the project', async () => {
    const { host, invocation } = await twoStates();
    const commands: unknown[] = [];
    const { tag } = invocation.workerImage;
    const watching = {
      ...invocation,
      workerImage: {
        ...invocation.workerImage,
        tag: async (base: string) => {
          const volumes = [...(await host.engine.volumes()).values()];
          commands.push(...volumes.flatMap(({ labels }) => labels['rma.command'] ?? []));
          return tag(base);
        },
      },
    };
    await rollback(host, watching, rollbackRequest());
    expect(commands).toContain('rollback');
  });
});

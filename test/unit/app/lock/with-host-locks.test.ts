import { describe, expect, it } from 'vitest';
import { withHostLocks } from '../../../../src/app/lock/with-host-locks.ts';
import { catalogOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';

describe('the locks of several hosts', () => {
  it('are an error at once, with both names, if two hosts are one machine', async () => {
    const box = new FakeHost('box');
    const { engine, files } = box;
    const hostOf = (name: string) => ({ host: { name, engine, files }, stateDir: `/home/${name}` });
    const locked = withHostLocks(fakeInvocation(catalogOf({})), {
      project: 'demo',
      command: 'up',
      hosts: [hostOf('same'), hostOf('box')],
      work: async () => expect.unreachable('two locks of one engine'),
    });
    await expect(locked).rejects.toMatchObject({
      code: 'RMA_HOST_SAME',
      exitCode: 2,
      message: 'the hosts box and same have the same Docker Engine',
      hint: expect.stringContaining('rma hosts rm same'),
    });
    expect([...(await engine.volumes()).keys()].filter((name) => name.includes('lock'))).toEqual([]);
  });
});

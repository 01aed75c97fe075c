import { describe, expect, it } from 'vitest';
import { up } from '../../../src/app/up.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import { catalogOf, configOf, pinnedFile, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { sourceOf } from '../../helpers/host/source-of.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const GIB = 2 ** 30;
const request = upRequest();
const catalog = catalogOf({ chat: [profileServiceOf({ memoryBytes: 8 * GIB })] });

describe('up on a host with little RAM', () => {
  it('warns that the memory limits exceed the RAM of the engine, and starts the services', async () => {
    const host = new FakeHost();
    host.engine.memoryBytes = 4 * GIB;
    const invocation = fakeInvocation(catalog);
    await up(host, invocation, request);
    expect(invocation.events).toContainEqual(
      expect.objectContaining({ type: 'warning', code: 'RMA_PLAN_RAM' }),
    );
    expect(host.engine.all).toHaveLength(3);
  });

  it('counts only what runs after the command, not profiles that are down', async () => {
    const host = new FakeHost();
    host.engine.memoryBytes = 4 * GIB;
    const small = profileServiceOf({ memoryBytes: GIB });
    const big = profileServiceOf({ models: ['big'], memoryBytes: 8 * GIB });
    const weights = (ref: string) => [
      { path: 'x.gguf', bytes: ref.includes('big') ? 8 * GIB : 1, digest: null },
    ];
    const invocation = fakeInvocation(catalogOf({ small: [small], big: [big] }), {
      sources: [
        sourceOf('hf', async (ref) => {
          const text = formatModelRef(ref);
          return pinnedFile(text, { files: weights(text) });
        }),
      ],
    });
    const config = configOf({ profiles: ['big', 'small'] });
    await up(host, invocation, upRequest({ config, profiles: ['small'] }));
    expect(host.engine.all.map(({ service }) => service)).toContain('small-worker');
    expect(invocation.events.filter(({ type }) => type === 'warning')).toEqual([]);
    await expect(up(host, invocation, upRequest({ config }))).rejects.toMatchObject({
      code: 'RMA_PLAN_NO_RAM',
    });
  });

  it('changes nothing when a model cannot fit', async () => {
    const host = new FakeHost();
    // the model of the fake hub has 1000 bytes
    host.engine.memoryBytes = 999;
    await expect(up(host, fakeInvocation(catalog), request)).rejects.toMatchObject({
      code: 'RMA_PLAN_NO_RAM',
      exitCode: 5,
    });
    expect(host.takeChanges()).toEqual([]);
  });
});

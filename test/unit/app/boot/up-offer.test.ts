import { describe, expect, it, vi } from 'vitest';
import { up } from '../../../../src/app/up.ts';
import { formatModelRef } from '../../../../src/core/source/parse-ref.ts';
import { gpuOf, inventoryOf } from '../../../helpers/builders/place-box.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  pinnedFile,
  profileServiceOf,
} from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { sourceOf } from '../../../helpers/host/source-of.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const STATE = '/srv/demo/.rma/state.json';

const catalog = catalogOf(
  {
    'on-gpu': [profileServiceOf({ engine: 'cuda', gpus: 1, models: ['big'] })],
    'on-cpu': [profileServiceOf({ engine: 'llm', models: ['small'] })],
  },
  [engineOf('cuda', { gpu: 'required' }), engineOf('llm')],
);
const files = [{ path: 'model.safetensors', bytes: 1000, digest: null }];
const invocation = fakeInvocation(catalog, {
  sources: [sourceOf('hf', async (ref) => pinnedFile(formatModelRef(ref), { files }))],
});

function hostWithGpu(): FakeHost {
  const host = new FakeHost();
  host.inventory = inventoryOf(gpuOf(0, 80_000));
  host.services.present = true;
  return host;
}

const upOn = async (host: FakeHost, profile: string, offersBoot = true) =>
  (await up(host, invocation, upRequest({ config: configOf({ profiles: [profile] }), offersBoot })))
    .bootOffer;

describe('[case S06] up with services on GPUs', () => {
  it('offers the start at boot once', async () => {
    const host = hostWithGpu();
    expect([await upOn(host, 'on-gpu'), await upOn(host, 'on-gpu')]).toEqual(['systemd', null]);
  });

  it('offers it later if it could not be shown', async () => {
    const host = hostWithGpu();
    expect([await upOn(host, 'on-gpu', false), await upOn(host, 'on-gpu')]).toEqual([null, 'systemd']);
  });

  it('does not offer it for services on the CPU', async () => {
    expect(await upOn(hostWithGpu(), 'on-cpu')).toBeNull();
  });

  it('records the offer while it holds the lock of the project', async () => {
    const host = hostWithGpu();
    const locked: boolean[] = [];
    const write = host.files.write.bind(host.files);
    vi.spyOn(host.files, 'write').mockImplementation(async (path, content, mode) => {
      const volumes = await host.engine.volumes();
      if (path === STATE && content.includes('bootOffered'))
        locked.push([...volumes.keys()].some((name) => name.startsWith('rma-lock-demo.')));
      return write(path, content, mode);
    });
    await upOn(host, 'on-gpu');
    expect(locked).toEqual([true]);
  });
});

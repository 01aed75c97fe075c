import { describe, expect, it } from 'vitest';
import { assignHosts } from '../../../../src/app/assign-hosts.ts';
import { compareCompose, renderFile, writeStack } from '../../../../src/app/compose-render.ts';
import { hostRequest } from '../../../../src/app/host-request.ts';
import { upHosts } from '../../../../src/app/up-hosts.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { Rack } from '../../../helpers/host/rack.ts';

const catalog = catalogOf(
  {
    chat: [profileServiceOf({ engine: 'one', gpus: 0 })],
    ocr: [profileServiceOf({ engine: 'two', gpus: 0 })],
  },
  ['one', 'two'],
);
const invocation = fakeInvocation(catalog);

/** Returns hosts, and what `rma compose render --host` requests on them. */
function project(...names: readonly string[]) {
  const rack = new Rack(...names);
  const { hosts } = rack.request().config;
  const request = rack.request({ config: configOf({ hosts, profiles: ['chat', 'ocr'], placement: {} }) });
  return {
    rack,
    request,
    render: async (name: string, withSecrets = false) =>
      hostRequest(invocation, { ...request, name, withSecrets }),
  };
}

describe('the Compose file of one of several hosts', () => {
  it.each(['a', 'b'])('is the one that up writes on host %s', async (name) => {
    const { rack, request, render } = project('a', 'b');
    const before = await render(name);
    const text = await renderFile(before.host, invocation, before.request);
    await upHosts(invocation, request);
    const { files } = rack.hosts.get(name)!;
    expect(text).toBe(await files.read(`/state/${name}/compose.yaml`));
    const after = await render(name);
    expect(await compareCompose(after.host, invocation, after.request)).toMatchObject({ same: true });
  });

  it('has the address of the coordinator on the other host, and the profiles of its own', async () => {
    const { render } = project('a', 'b');
    const { host, request } = await render('b');
    const text = await renderFile(host, invocation, request);
    expect(text).toContain('https://10.0.0.1:');
    expect(text).not.toMatch(/^ {2}coordinator:/m);
    expect(text).not.toContain('chat-worker:');
  });

  it('is not written with tokens that no coordinator knows', async () => {
    const { rack, request, render } = project('a', 'b');
    await expect(render('b', true)).rejects.toMatchObject({ code: 'RMA_COORDINATOR_STOPPED' });
    await upHosts(invocation, request);
    const { host, request: own } = await render('b', true);
    await writeStack(host, invocation, { ...own, directory: '/out' });
    const { files } = rack.hosts.get('b')!;
    expect(await files.read('/out/secrets/worker_token_ocr')).toBe(
      await files.read('/state/b/secrets/worker_token_ocr'),
    );
  });

  it('is an error for a host on which nothing runs', async () => {
    await expect(project('a', 'b', 'c').render('c')).rejects.toMatchObject({
      code: 'RMA_PROFILE_NONE',
      message: 'no profile of the project runs on host c',
    });
  });
});

describe('the hosts of a project that never ran', () => {
  it('have the profiles that up would place there, for the download of their models', async () => {
    const { request } = project('a', 'b', 'c');
    const { hosts } = await assignHosts(invocation, request);
    expect(hosts.map(({ host, config }) => [host.name, config.profiles])).toEqual([
      ['a', ['chat']],
      ['b', ['ocr']],
      ['c', []],
    ]);
  });
});

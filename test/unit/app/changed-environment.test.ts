import { describe, expect, it } from 'vitest';
import { planUp } from '../../../src/app/plan-up.ts';
import { up } from '../../../src/app/up.ts';
import type { Invocation } from '../../../src/ports/invocation.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { THREE_PROFILES } from '../../helpers/builders/three-profiles.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf({ profiles: ['a'] });

/** Returns why `plan` recreates the worker in one shell after `up` in another one. */
async function causeOf(
  before: Partial<Invocation>,
  after: Partial<Invocation>,
  laterConfig = config,
): Promise<readonly string[]> {
  const host = new FakeHost();
  await up(host, fakeInvocation(THREE_PROFILES, before), upRequest({ config }));
  const later = upRequest({ config: laterConfig });
  const { plan } = await planUp(host, fakeInvocation(THREE_PROFILES, after), later);
  return plan.operations
    .filter(({ kind }) => kind === 'recreate-service')
    .map(({ id, cause }) => `${id.replace('recreate-service ', '')}: ${cause}`);
}

const environment = (variables: Readonly<Record<string, string>>) => ({ environment: variables });

describe('[case F05] the plan in a shell with other network variables', () => {
  it.each([
    [
      'a proxy',
      environment({ https_proxy: 'http://proxy:3128' }),
      'its definition changed: environment.NO_PROXY, environment.https_proxy, environment.no_proxy',
    ],
    ['a log level', environment({ LOG_LEVEL: 'debug' }), 'its definition changed: environment.LOG_LEVEL'],
    [
      'a proxy with a login',
      environment({ HTTPS_PROXY: 'http://me:secret@proxy:3128' }),
      'its definition changed: environment.HTTPS_PROXY, environment.NO_PROXY, environment.RMA_PROXY_FILE, environment.no_proxy, secrets',
    ],
    [
      'a CA',
      { certificates: async () => '-----BEGIN CERTIFICATE-----' },
      'its definition changed: environment.NODE_EXTRA_CA_CERTS, secrets',
    ],
  ])('names the variable that recreates the worker: %s', async (...[, other, cause]) => {
    expect(await causeOf({}, other)).toEqual([`a-worker: ${cause}`]);
    expect(await causeOf(other, {})).toEqual([`a-worker: ${cause}`]);
  });

  it('names the variable of another hub', async () => {
    const { hub } = config;
    const endpoints = { ...hub.endpoints, hf: 'https://mirror.example' };
    expect(await causeOf({}, {}, { ...config, hub: { ...hub, endpoints } })).toEqual([
      'a-worker: its definition changed: environment.HF_ENDPOINT',
    ]);
  });

  it('contains no value of a variable', async () => {
    const other = environment({ https_proxy: 'http://secret-host:3128' });
    expect((await causeOf({}, other)).join('\n')).not.toContain('secret-host');
  });
});

import { describe, expect, it } from 'vitest';
import { planUp } from '../../../src/app/plan-up.ts';
import { up } from '../../../src/app/up.ts';
import { hostFault } from '../../../src/core/docker/host-fault.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { THREE_PROFILES } from '../../helpers/builders/three-profiles.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const invocation = fakeInvocation(THREE_PROFILES);
const requestFor = (bind: string) => upRequest({ config: configOf({ profiles: ['a'], bind }) });

describe('an address of --bind that the machine does not have', () => {
  it('is a warning before containers are recreated for it, and none once they run', async () => {
    const host = new FakeHost();
    host.otherAddresses.add('192.0.2.1');
    await up(host, invocation, requestFor('127.0.0.1'));
    const codes = async () =>
      (await planUp(host, invocation, requestFor('192.0.2.1'))).plan.checks.map(({ code }) => code);
    expect(await codes()).toEqual(['RMA_PLAN_BIND']);
    await up(host, invocation, requestFor('192.0.2.1'));
    expect(await codes()).toEqual([]);
  });

  it.each(['192.0.2.1', '[2001:db8::1]'])('is named if Docker cannot publish ports on it: %s', (address) => {
    const text = `Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint x (e412): failed to bind host port for ${address}:18080:10.216.0.2:80/tcp: cannot assign requested address`;
    expect(hostFault(text)).toMatchObject({
      code: 'RMA_BIND_UNAVAILABLE',
      exitCode: 3,
      message: `cannot publish ports: the Docker host has no address ${address}`,
    });
  });
});

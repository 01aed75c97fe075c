import fc from 'fast-check';
import { expect, it } from 'vitest';
import { down } from '../../../src/app/down.ts';
import { restart } from '../../../src/app/restart.ts';
import { up } from '../../../src/app/up.ts';
import { roleOf } from '../../../src/core/domain/container.ts';
import { catalogOf, configOf } from '../../helpers/builders/render-builders.ts';
import { happen } from '../../helpers/host/accidents.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { accident, profileData, profileNames } from '../../helpers/host/random-profiles.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf({ profiles: [] });
const invocationWith = (data: Parameters<typeof catalogOf>[0]) =>
  fakeInvocation(catalogOf(data, ['one', 'two']));
const changes = fc.option(profileData, { freq: 2 });

/** Worker → its own state while its container runs, else that of the container. */
function workersOf(host: FakeHost): ReadonlyMap<string, string> {
  const workers = host.engine.all.filter((container) => roleOf(container) === 'worker');
  return new Map(
    workers.map((worker) => [
      worker.service,
      worker.state === 'running' ? host.workers.status(worker).state : worker.state,
    ]),
  );
}

const ready = (host: FakeHost) =>
  [...workersOf(host)].flatMap(([service, state]) => (state === 'ready' ? [service] : []));
const workers = (profiles: readonly string[]) => profiles.map((name) => `${name}-worker`);

it('up makes the named profiles ready, and leaves those ready that were', async () => {
  const machine = fc.record({
    before: profileData,
    changed: changes,
    started: profileNames,
    accidents: fc.array(accident, { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(machine, profileNames, async ({ before, changed, started, accidents }, named) => {
      const host = new FakeHost();
      await up(host, invocationWith(before), upRequest({ config, profiles: started }));
      for (const each of accidents) happen(host, each);
      const wanted = [...ready(host), ...workers(named)];
      await up(host, invocationWith(changed ?? before), upRequest({ config, profiles: named }));
      expect(ready(host)).toEqual(expect.arrayContaining(wanted));
    }),
  );
});

it('down of some profiles leaves the workers of the others ready', async () => {
  await fc.assert(
    fc.asyncProperty(profileData, profileNames, profileNames, async (data, started, ending) => {
      const host = new FakeHost();
      const invocation = invocationWith(data);
      await up(host, invocation, upRequest({ config, profiles: started }));
      const wanted = ready(host).filter((service) => !workers(ending).includes(service));
      await down(host, invocation, { config, profiles: ending });
      expect(ready(host)).toEqual(wanted);
    }),
  );
});

it('restart leaves the workers ready that were', async () => {
  // a restart keeps the container, and with it the lost connection
  const kept = accident.filter(({ kind }) => kind !== 'disconnect');
  const machine = fc.record({ data: profileData, started: profileNames, accident: kept });
  const picks = fc.array(fc.nat(8), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(machine, picks, async ({ data, started, accident: happened }, picked) => {
      const host = new FakeHost();
      const invocation = invocationWith(data);
      await up(host, invocation, upRequest({ config, profiles: started }));
      happen(host, happened);
      const wanted = ready(host);
      const all = host.engine.all.map(({ service }) => service);
      const services = [...new Set(picked.map((at) => all[at % all.length] ?? ''))];
      const request = { config, services, waitSeconds: 60, show: () => undefined };
      await restart(host, invocation, request);
      expect(ready(host)).toEqual(expect.arrayContaining(wanted));
    }),
  );
});

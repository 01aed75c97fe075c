import fc from 'fast-check';
import { expect, it } from 'vitest';
import { down } from '../../../src/app/down.ts';
import { planDown } from '../../../src/app/plan-down.ts';
import { planUp } from '../../../src/app/plan-up.ts';
import { restart } from '../../../src/app/restart.ts';
import { up } from '../../../src/app/up.ts';
import type { Plan } from '../../../src/core/plan/plan-types.ts';
import { catalogOf, configOf } from '../../helpers/builders/render-builders.ts';
import { happen } from '../../helpers/host/accidents.ts';
import { undrainedStops } from '../../helpers/host/drain-watch.ts';
import { executionFaults } from '../../helpers/host/expected-changes.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { accident, profileData, profileNames } from '../../helpers/host/random-profiles.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const store = fc.constantFrom(
  { type: 'named', name: 'rma-models' } as const,
  { type: 'host', path: '/data/models' } as const,
);

/** A host: started profiles, later accidents, and whether their data changed. */
const machine = fc.record({
  before: profileData,
  changed: fc.option(profileData, { freq: 2 }),
  started: fc.option(profileNames, { freq: 3 }),
  accidents: fc.array(accident, { maxLength: 4 }),
  store,
  /** event loop turns of the changes, repeated */
  delays: fc.array(fc.nat(6), { minLength: 1, maxLength: 8 }),
});

async function machineOf({ before, changed, started, accidents, delays, store: spec }: MachineData) {
  const host = new FakeHost();
  const config = configOf({
    profiles: [],
    volumes: { store: spec, cache: { type: 'named', name: 'rma-cache' } },
  });
  const request = (profiles: readonly string[]) => upRequest({ config, profiles });
  const invocationOf = (content: typeof before) => fakeInvocation(catalogOf(content, ['one', 'two']));
  if (started !== null) await up(host, invocationOf(before), request(started));
  for (const each of accidents) happen(host, each);
  host.takeChanges();
  let count = 0;
  host.recorder.delay = () => delays[count++ % delays.length] ?? 0;
  return {
    host,
    undrained: undrainedStops(host),
    config,
    request,
    invocation: invocationOf(changed ?? before),
  };
}

type MachineData = typeof machine extends fc.Arbitrary<infer T> ? T : never;

const runs = { numRuns: 60 };

it('up executes exactly its plan in a valid order, and a second plan is empty', async () => {
  await fc.assert(
    fc.asyncProperty(machine, profileNames, fc.boolean(), async (drawn, profiles, removeOrphans) => {
      const { host, undrained, request, invocation } = await machineOf(drawn);
      const asked = { ...request(profiles), removeOrphans };
      const planned = await planUp(host, invocation, asked);
      expect(host.takeChanges()).toEqual([]);
      const { plan } = await up(host, invocation, asked);
      expect(plan).toEqual(planned.plan);
      expect(executionFaults(plan.operations, host.takeRecords())).toEqual([]);
      expect(undrained).toEqual([]);
      expect((await planUp(host, invocation, asked)).plan.operations).toEqual([]);
    }),
    runs,
  );
});

it('down executes exactly its plan, and a second plan is empty', async () => {
  await fc.assert(
    fc.asyncProperty(machine, fc.option(profileNames, { nil: [] }), async (drawn, profiles) => {
      const { host, undrained, config, invocation } = await machineOf(drawn);
      const { plan } = await down(host, invocation, { config, profiles });
      expect(executionFaults(plan.operations, host.takeRecords())).toEqual([]);
      expect(undrained).toEqual([]);
      const again = await planDown(host, invocation, { config, profiles });
      expect(again.plan.operations).toEqual([]);
    }),
    runs,
  );
});

// a restart keeps the container, and with it the lost connection: its worker would never be ready
const connected = machine.filter(({ accidents }) => accidents.every(({ kind }) => kind !== 'disconnect'));

it('restart executes exactly its plan and keeps every container', async () => {
  await fc.assert(
    fc.asyncProperty(connected, fc.array(fc.nat(8), { maxLength: 3 }), async (drawn, picks) => {
      const { host, undrained, config, invocation } = await machineOf(drawn);
      const before = host.engine.all.map(({ id }) => id).sort();
      const all = host.engine.all.map((each) => each.service);
      const named = picks.flatMap((nth) => all[nth % Math.max(1, all.length)] ?? []);
      const shown: Plan[] = [];
      const plan = await restart(host, invocation, {
        config,
        services: named,
        waitSeconds: 60,
        show: (each) => shown.push(each),
      });
      expect(executionFaults(plan.operations, host.takeRecords())).toEqual([]);
      expect(undrained).toEqual([]);
      expect(host.engine.all.map(({ id }) => id).sort()).toEqual(before);
      for (const each of named) expect(host.engine.find('demo', each)?.state).toBe('running');
    }),
    runs,
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { down } from '../../../src/app/down.ts';
import { restart } from '../../../src/app/restart.ts';
import { type UpResult, up } from '../../../src/app/up.ts';
import { roleOf } from '../../../src/core/domain/container.ts';
import type { Plan } from '../../../src/core/plan/plan-types.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { THREE_PROFILES } from '../../helpers/builders/three-profiles.ts';
import { undrainedStops } from '../../helpers/host/drain-watch.ts';
import { executionFaults } from '../../helpers/host/expected-changes.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { PROFILE_NAMES, RunModel, type SequenceStep } from '../../helpers/stack/run-model.ts';

const config = configOf({ profiles: [] });
const quiet = {
  refresh: false,
  waitSeconds: 60,
  confirm: async () => undefined,
  show: () => undefined,
  offersBoot: false,
};

const step: fc.Arbitrary<SequenceStep> = fc.oneof(
  fc.record({
    verb: fc.constant('up' as const),
    profiles: fc.subarray([...PROFILE_NAMES], { maxLength: 2 }),
  }),
  fc.record({
    verb: fc.constant('down' as const),
    profiles: fc.subarray([...PROFILE_NAMES], { maxLength: 2 }),
  }),
  fc.record({
    verb: fc.constant('restart' as const),
    parts: fc.subarray(['coordinator', ...PROFILE_NAMES, 'one', 'two', 'three'], { maxLength: 2 }),
  }),
);

/** A project on a fake host, and what must run on it. */
class Project {
  readonly host = new FakeHost();
  readonly model = new RunModel();
  readonly #undrained = undrainedStops(this.host);
  readonly #invocation = fakeInvocation(THREE_PROFILES);

  constructor(delays: readonly number[]) {
    let count = 0;
    this.host.recorder.delay = () => delays[count++ % delays.length] ?? 0;
  }

  async run(each: SequenceStep): Promise<void> {
    this.host.takeChanges();
    const refused = each.verb === 'up' && each.profiles.length === 0 && this.model.isEmpty;
    if (refused) {
      await expect(this.#up([])).rejects.toMatchObject({ code: 'RMA_PROFILE_NONE', exitCode: 2 });
    } else {
      const plan = await this.#execute(each);
      expect(executionFaults(plan.operations, this.host.takeRecords())).toEqual([]);
    }
    this.model.apply(each);
    this.#check();
  }

  async #execute(each: SequenceStep): Promise<Plan> {
    switch (each.verb) {
      case 'up': {
        const { plan, endpoints } = await this.#up(each.profiles);
        expect(endpoints.map(({ service }) => service).sort()).toEqual(this.#published());
        return plan;
      }
      case 'down':
        return (await down(this.host, this.#invocation, { config, profiles: each.profiles })).plan;
      case 'restart': {
        const services = each.parts.flatMap((part) => this.#serviceOf(part) ?? []);
        return restart(this.host, this.#invocation, { ...quiet, config, services });
      }
    }
  }

  #up(profiles: readonly string[]): Promise<UpResult> {
    return up(this.host, this.#invocation, { ...quiet, config, profiles, removeOrphans: false });
  }

  #serviceOf(part: string): string | undefined {
    const names = this.host.engine.all.map(({ service }) => service);
    return names.find((name) => name === part || name === `${part}-worker` || name.endsWith(`-${part}`));
  }

  /** Returns the services with a port: all except workers. */
  #published(): readonly string[] {
    return this.host.engine.all
      .filter((each) => roleOf(each) !== 'worker')
      .map(({ service }) => service)
      .sort();
  }

  #check(): void {
    const { all } = this.host.engine;
    const workers = all.filter((each) => roleOf(each) === 'worker');
    const engines = all.filter((each) => roleOf(each) === 'engine');
    const kinds = engines.map(({ service }) => service.split('-').at(-1));
    expect({
      states: [...new Set(all.map(({ state }) => state))],
      coordinators: all.filter((each) => roleOf(each) === 'coordinator').length,
      workers: workers.map(({ profile }) => profile).sort(),
      engines: kinds.sort(),
      ready: workers.every((each) => this.host.workers.status(each).state === 'ready'),
      undrained: this.#undrained,
    }).toEqual({
      states: all.length > 0 ? ['running'] : [],
      coordinators: this.model.workers.length > 0 ? 1 : 0,
      workers: this.model.workers,
      engines: this.model.engines,
      ready: true,
      undrained: [],
    });
  }
}

it('[case S01] runs exactly the requested services after each command of 200 random sequences', async () => {
  const sequences = fc.array(step, { minLength: 1, maxLength: 8 });
  const delays = fc.array(fc.nat(4), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sequences, delays, async (sequence, turns) => {
      const project = new Project(turns);
      for (const each of sequence) await project.run(each);
    }),
    { numRuns: 200 },
  );
}, 120_000);

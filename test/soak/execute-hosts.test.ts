import { expect, it } from 'vitest';
import { executeHosts, type HostOutcome } from '../../src/app/execute/execute-hosts.ts';
import type { ExecutionTarget } from '../../src/app/execute/execution.ts';
import { mergePlans } from '../../src/core/plan/merge-plans.ts';
import { gpuOf, inventoryOf } from '../helpers/builders/place-box.ts';
import { catalogOf, configOf, engineOf, profileServiceOf } from '../helpers/builders/render-builders.ts';
import { FakeHost } from '../helpers/host/fake-host.ts';
import { fakeInvocation } from '../helpers/host/fake-invocation.ts';
import { HostPlans, type HostRole } from '../helpers/host/host-plans.ts';
import { hostState } from '../helpers/host/host-state.ts';
import { type LossyLink, lossyLink } from '../helpers/host/lossy-link.ts';
import { randomOf } from '../helpers/random/seeded.ts';

const RUNS = 1000;
const HOSTS = 20;
const SEED = 20261129;
const MIB = 2 ** 20;
const GPU_MIB = 24_000;

const engines = [engineOf('llm', { gpu: 'optional', sharesGpu: true }), engineOf('cpu')];
const onGpu = profileServiceOf({ engine: 'llm', gpus: 1 });
const onCpu = profileServiceOf({ engine: 'cpu', models: ['small'] });
const base = { gpus: [onGpu], cpu: [onCpu] };
const catalogs = [
  catalogOf(base, engines),
  catalogOf({ gpus: [{ ...onGpu, models: ['small', 'big'] }], cpu: [{ ...onCpu, flags: ['--a'] }] }, engines),
];
const url = 'https://10.0.0.1:7700';

/** What hosts run, before an update and after it. */
const roles = [['gpus'], ['cpu']].flatMap((profiles) =>
  [null, url].map((coordinator) =>
    catalogs.map((catalog, version): HostRole => {
      const config = configOf({ profiles });
      return {
        name: `${profiles.join('+')} ${coordinator} v${version}`,
        config: { ...config, coordinator: { ...config.coordinator, url: coordinator } },
        catalog,
      };
    }),
  ),
);

const plans = new HostPlans();
const clean = new Map<string, string>();

/** One host of a run. */
interface Simulated {
  readonly name: string;
  /** all have one name, so that hosts in the same state have the same plan */
  readonly fake: FakeHost;
  readonly role: HostRole;
  readonly selected: boolean;
  /** before the run */
  readonly before: string;
  /** whether its fault came up */
  failed: boolean;
}

const random = randomOf(SEED);
const chance = (probability: number): boolean => random() < probability;
const below = (count: number): number => Math.floor(random() * count);

function newHost(): FakeHost {
  const fake = new FakeHost();
  fake.inventory = inventoryOf(gpuOf(0, GPU_MIB));
  fake.recorder.delay = () => below(4);
  return fake;
}

/** Executes the plans of hosts, through links if there are any. */
async function execute(
  hosts: readonly Simulated[],
  { links = new Map(), signal = new AbortController().signal }: Execution = {},
): Promise<readonly HostOutcome[]> {
  const planned = await Promise.all(
    hosts.map(async ({ name, fake, role }) => {
      const { plan, payload } = await plans.of(fake, role);
      const operations = plan.operations.map((operation) => ({ ...operation, host: name }));
      return { name, fake, role, payload, plan: { ...plan, operations } };
    }),
  );
  const { operations } = mergePlans(planned.map(({ name, plan }) => ({ host: name, plan })));
  const targets = planned.map(({ name, fake, role, payload }): [string, ExecutionTarget] => {
    const host = links.get(name)?.host ?? fake;
    return [name, { host, invocation: fakeInvocation(role.catalog, { signal }), payload }];
  });
  return executeHosts({ operations, targets: new Map(targets), signal });
}

interface Execution {
  readonly links?: ReadonlyMap<string, LossyLink>;
  readonly signal?: AbortSignal;
}

/** Returns the state of a host that was brought up without failures. */
async function cleanState(role: HostRole): Promise<string> {
  const known = clean.get(role.name);
  if (known !== undefined) return known;
  const fake = newHost();
  const host: Simulated = { name: 'clean', fake, role, selected: true, before: '', failed: false };
  expect(await execute([host])).toEqual([{ host: 'clean', outcome: 'done' }]);
  expect((await plans.of(fake, role)).plan.operations).toEqual([]);
  const state = hostState(fake, { ids: false });
  clean.set(role.name, state);
  return state;
}

/** Makes some hosts fail at a random change, once or for good. */
function faults(hosts: readonly Simulated[], stop: AbortController): ReadonlyMap<string, LossyLink> {
  const links = new Map<string, LossyLink>();
  for (const host of hosts) {
    if (!host.selected || !chance(0.2)) continue;
    const { name, fake } = host;
    const link = lossyLink(fake);
    links.set(name, link);
    const [kind, nth] = [below(3), below(14)];
    let count = 0;
    fake.recorder.fault = (line) => {
      count += 1;
      if (count <= nth || (kind === 0 && host.failed)) return null;
      host.failed = true;
      const error = new Error(`${name}: ${line}`);
      if (kind === 1) link.lose(error);
      if (kind === 2 && nth === 13) stop.abort(error);
      return error;
    };
  }
  return links;
}

async function hostsOfRun(): Promise<readonly Simulated[]> {
  const hosts = await Promise.all(
    Array.from({ length: HOSTS }, async (_, at) => {
      // one host has the coordinator
      const versions = roles[2 * below(2) + (at === 0 ? 0 : 1)];
      const [old, role] = versions ?? [];
      if (old === undefined || role === undefined) throw new Error('no role');
      const fake = newHost();
      const host = { name: `host${at}`, fake, role, selected: chance(0.9), before: '', failed: false };
      if (chance(0.1)) await execute([{ ...host, role: old }]);
      return host.selected ? host : { ...host, before: hostState(fake, { ids: true }) };
    }),
  );
  return hosts;
}

/** Checks what holds at any time. */
function expectSound(hosts: readonly Simulated[]): void {
  for (const { fake, selected, before } of hosts) {
    const bytes = fake.engine.all.reduce((sum, { gpus, gpuBytes }) => sum + gpus.length * (gpuBytes ?? 0), 0);
    expect(bytes).toBeLessThanOrEqual(GPU_MIB * MIB);
    expect(new Set(fake.workers.downloads).size).toBe(fake.workers.downloads.length);
    if (!selected) expect(hostState(fake, { ids: true })).toBe(before);
  }
}

/** Returns how the first execution of a run ended, host by host. */
async function simulate(): Promise<readonly string[]> {
  const hosts = await hostsOfRun();
  const selected = hosts.filter((host) => host.selected);
  const stop = new AbortController();
  const links = faults(hosts, stop);
  const outcomes = await execute(selected, { links, signal: stop.signal }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
    return null;
  });
  expectSound(hosts);
  if (outcomes !== null) {
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed').map(({ host }) => host);
    expect(failed).toEqual(selected.filter((host) => host.failed).map(({ name }) => name));
  }
  for (const { fake } of hosts) fake.recorder.fault = () => null;
  const again = await execute(selected);
  expect(again).toEqual(selected.map(({ name }) => ({ host: name, outcome: 'done' })));
  expectSound(hosts);
  for (const { fake, role } of selected) {
    expect(hostState(fake, { ids: false })).toBe(await cleanState(role));
  }
  return outcomes?.map(({ outcome }) => outcome) ?? ['interrupted'];
}

it(`${RUNS} runs on ${HOSTS} hosts with failures, lost hosts and latencies end, when repeated, as runs without failures`, async () => {
  const seen = new Set<string>();
  for (let run = 0; run < RUNS; run++) for (const outcome of await simulate()) seen.add(outcome);
  expect([...seen].sort()).toEqual(['done', 'failed', 'interrupted', 'not-run']);
});

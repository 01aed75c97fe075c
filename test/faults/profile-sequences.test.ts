import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PATIENCE, testTimeout, WAIT_TIMEOUT } from '../helpers/patience.ts';
import { PROFILE_NAMES, RunModel, type SequenceStep } from '../helpers/stack/run-model.ts';
import type { Stack } from '../helpers/stack/stack.ts';
import { runningParts, startThreeProfiles } from '../helpers/stack/three-profiles.ts';

test('[case S01] up of one profile after down starts no service of another profile', async () => {
  const stack = await startThreeProfiles();
  await stack.up('--profile', 'a');
  expect(await stack.rma('down')).toMatchObject({ code: 0 });
  const { endpoints } = await stack.up('--profile', 'b', '--wait-timeout', WAIT_TIMEOUT);
  expect(Object.keys(await stack.containers()).sort()).toEqual(['b-llamacpp', 'b-worker', 'coordinator']);
  expect(endpoints.map(({ service }) => service)).toEqual(['coordinator', 'b-llamacpp']);
});

const profiles = fc.subarray([...PROFILE_NAMES], { maxLength: 2 });
const step: fc.Arbitrary<SequenceStep> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('up' as const), profiles }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('down' as const), profiles }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant('restart' as const),
      parts: fc.subarray(['coordinator', ...PROFILE_NAMES, 'one'], { minLength: 1, maxLength: 1 }),
    }),
  },
);
const sequences = fc.sample(fc.array(step, { minLength: 2, maxLength: 3 }), {
  seed: 20_260_101,
  numRuns: 10,
});

test(
  'exactly the requested services run and respond after each command of 10 random sequences',
  async () => {
    const stack = await startThreeProfiles();
    // the sequences run one after the other in one project
    const model = new RunModel();
    for (const each of sequences.flat()) await runStep(stack, model, each);
  },
  testTimeout(3),
);

async function runStep(stack: Stack, model: RunModel, each: SequenceStep): Promise<void> {
  const refused = each.verb === 'up' && each.profiles.length === 0 && model.isEmpty;
  const args = each.verb === 'restart' ? await servicesOf(stack, each.parts) : flags(each.profiles);
  if (args === null) return;
  const { code, stderr } = await stack.rma(each.verb, ...args);
  expect({ code, stderr: code === 0 ? '' : stderr }).toMatchObject({ code: refused ? 2 : 0 });
  model.apply(each);
  const { states, coordinators, workers, engines } = await runningParts(stack);
  expect({ states, coordinators, workers, engines }, JSON.stringify(each)).toEqual({
    states: model.workers.length > 0 ? ['running'] : [],
    coordinators: model.workers.length > 0 ? 1 : 0,
    workers: model.workers,
    engines: model.engines,
  });
  // a worker that the command does not touch may miss a heartbeat
  await expect.poll(() => readyWorkers(stack), PATIENCE).toEqual(model.workers);
}

function flags(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => ['--profile', name]);
}

/** Returns the services of the parts; null if one is not running and cannot be restarted. */
async function servicesOf(stack: Stack, parts: readonly string[]): Promise<readonly string[] | null> {
  const { workers, services, coordinators } = await runningParts(stack);
  const names = parts.map((part) => {
    if (part === 'coordinator') return coordinators > 0 ? part : undefined;
    return workers.includes(part) ? `${part}-worker` : services[part];
  });
  const found = names.filter((name) => name !== undefined);
  return found.length === names.length ? found : null;
}

/** Returns the profiles of ready workers in the coordinator, sorted; none without a coordinator. */
async function readyWorkers({ ports }: Stack): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${ports.coordinator}/v1/workers`).catch(() => null);
  if (answer === null) return [];
  const { workers } = (await answer.json()) as {
    readonly workers: readonly { readonly id: string; readonly state: string }[];
  };
  return workers.flatMap(({ id, state }) => (state === 'ready' ? [id.slice(-1)] : [])).sort();
}

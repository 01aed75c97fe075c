import { vi } from 'vitest';
import { up } from '../../../src/app/up.ts';
import type { RmaConfig } from '../../../src/core/domain/config.ts';
import type { Plan } from '../../../src/core/plan/plan-types.ts';
import { catalogOf, configOf, profileServiceOf } from '../builders/render-builders.ts';
import { FakeHost } from './fake-host.ts';
import { fakeInvocation } from './fake-invocation.ts';
import { upRequest } from './up-request.ts';

const config = configOf();

/** The profile `chat`, and `more`, which the project does not have. */
export const FIRST = catalogOf({
  chat: [profileServiceOf()],
  more: [profileServiceOf({ models: ['big'] })],
});

/** The same profile with another flag. */
export const CHANGED = catalogOf({ chat: [profileServiceOf({ flags: ['--threads', '2'] })] });

/** Returns a request to roll back to an entry, by default to the state before. */
export function rollbackRequest(number: number | null = null, over: Partial<RmaConfig> = {}) {
  return {
    config: { ...config, ...over },
    number,
    waitSeconds: 60,
    confirm: vi.fn(async (_: Plan) => undefined),
    show: () => undefined,
  };
}

/** Returns the texts of the generated files. */
export async function generatedFilesOf({ files }: FakeHost): Promise<readonly (string | null)[]> {
  const names = ['compose.yaml', 'resolved.json', 'state.json'];
  return Promise.all(names.map((name) => files.read(`${config.stateDir}/${name}`)));
}

/** Returns the containers by service, with what they run. */
export function runningOf({ engine }: FakeHost) {
  return Object.fromEntries(
    engine.all.map(({ service, state, configHash, imageId }) => [service, { state, configHash, imageId }]),
  );
}

/** Returns a host on which two states were applied, and what it had after the first. */
export async function twoStates(second = CHANGED) {
  const host = new FakeHost();
  await up(host, fakeInvocation(FIRST), upRequest());
  const before = { files: await generatedFilesOf(host), running: runningOf(host) };
  await up(host, fakeInvocation(second), upRequest());
  host.takeChanges();
  return { host, before, invocation: fakeInvocation(second) };
}

/** Returns the ids of the operations of a plan. */
export function idsOf({ operations }: Plan): readonly string[] {
  return operations.map(({ id }) => id);
}

import type { Payload } from '../../../src/app/execute/execution.ts';

import { planUp } from '../../../src/app/plan-up.ts';
import { payloadOf } from '../../../src/app/up.ts';
import type { RmaConfig } from '../../../src/core/domain/config.ts';
import type { Catalog } from '../../../src/core/domain/profile.ts';
import type { Plan } from '../../../src/core/plan/plan-types.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import { pinnedFile } from '../builders/render-builders.ts';
import type { FakeHost } from './fake-host.ts';
import { fakeInvocation } from './fake-invocation.ts';
import { hostState } from './host-state.ts';
import { sourceOf } from './source-of.ts';
import { upRequest } from './up-request.ts';

/** A hub whose models have no header to read: their needs are estimated by size. */
const hub = sourceOf('hf', async (ref) => {
  const model = pinnedFile(formatModelRef(ref));
  return { ...model, files: model.files.map((file) => ({ ...file, path: 'model.safetensors' })) };
});

/** What a host is to run. */
export interface HostRole {
  readonly name: string;
  readonly config: RmaConfig;
  readonly catalog: Catalog;
}

export interface KnownPlan {
  readonly plan: Plan;
  readonly payload: Payload;
}

/** Plans `up` on fake hosts. The plan of a role depends on the state of the host alone, so equal ones are made once. */
export class HostPlans {
  readonly #known = new Map<string, Promise<KnownPlan>>();

  of(host: FakeHost, role: HostRole): Promise<KnownPlan> {
    const key = `${role.name} ${hostState(host, { ids: true })}`;
    const known = this.#known.get(key) ?? planOf(host, role);
    this.#known.set(key, known);
    return known;
  }
}

async function planOf(host: FakeHost, { config, catalog }: HostRole): Promise<KnownPlan> {
  const planned = await planUp(host, fakeInvocation(catalog, { sources: [hub] }), upRequest({ config }));
  return { plan: planned.plan, payload: payloadOf(planned, { config, waitSeconds: 60 }) };
}

import { renderCompose } from '../../../src/core/compose-file/render-compose.ts';
import type { Stack } from '../../../src/core/domain/desired-state.ts';
import type { WorkerConfig } from '../../../src/core/domain/worker-config.ts';
import { buildFleet } from '../../../src/core/fleet/build-fleet.ts';
import type { FleetInput } from '../../../src/core/fleet/fleet-input.ts';
import type { ServiceSpec } from '../../../src/core/fleet/service-spec.ts';

/** Returns the Compose file of the input. */
export function stackOf(input: FleetInput, version = '1.2.3'): Stack {
  return renderCompose(buildFleet(input), { version, path: `${input.config.stateDir}/compose.yaml` });
}

/** Returns the spec of one service of the input, which must exist. */
export function specOf(input: FleetInput, name: string): ServiceSpec {
  const found = buildFleet(input).services.find((spec) => spec.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

/** Returns the configuration of a worker of the input. */
export function workerConfigOf(input: FleetInput, worker = 'chat-worker'): WorkerConfig {
  return JSON.parse(specOf(input, worker).configFile?.content ?? 'null') as WorkerConfig;
}

import { LocalRunner } from '../../adapters/exec/local-runner.ts';
import { type ClusterAddress, SpawnedKubectl } from '../../adapters/kubectl/spawned-kubectl.ts';
import type { Kubectl } from '../../ports/kubectl.ts';
import type { Surroundings } from './surroundings.ts';

/** Opens the user's kubectl for a cluster. */
export function openKubectl(env: Surroundings['env'], address: ClusterAddress): Kubectl {
  return new SpawnedKubectl(new LocalRunner(env), address);
}

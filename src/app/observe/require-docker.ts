import { checkCompose, checkEngine } from '../../core/docker/check-versions.ts';
import type { EngineFacts } from '../../core/domain/docker-engine.ts';
import type { Host } from '../../ports/host.ts';

/**
 * Returns the facts of the engine if it and Compose are new enough. Checks the engine first: a newer one ships its Compose.
 * @throws RmaError RMA_DOCKER_*, RMA_COMPOSE_* (3)
 */
export async function requireDocker({
  engine,
  docker,
}: Pick<Host, 'engine' | 'docker'>): Promise<EngineFacts> {
  const compose = docker.composeVersion();
  compose.catch(() => undefined); // reported after the engine
  const facts = await engine.facts();
  checkEngine(facts.version);
  checkCompose(await compose);
  return facts;
}

import { checkCompose, checkEngine } from '../../core/docker/check-versions.ts';
import type { EngineFacts } from '../../core/domain/docker-engine.ts';
import type { Host } from '../../ports/host.ts';

/** The engine and Compose, new enough; the engine comes first, since a newer one brings its Compose. @throws RmaError RMA_DOCKER_* or RMA_COMPOSE_* (3) */
export async function requireDocker(host: Pick<Host, 'engine' | 'docker'>): Promise<EngineFacts> {
  const facts = await host.engine.facts();
  checkEngine(facts.version);
  checkCompose(await host.docker.composeVersion());
  return facts;
}

import { checkCompose, checkEngine } from '../../core/docker/check-versions.ts';
import type { Box } from '../../ports/box.ts';
import type { EngineFacts } from '../../ports/docker-host.ts';

/** The engine and Compose, new enough; the engine comes first, since a newer one brings its Compose. @throws RmaError RMA_DOCKER_* or RMA_COMPOSE_* (3) */
export async function requireDocker(box: Box): Promise<EngineFacts> {
  const facts = await box.docker.facts();
  checkEngine(facts.version);
  checkCompose(await box.cli.composeVersion());
  return facts;
}

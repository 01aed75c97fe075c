import { describe, expect, it } from 'vitest';
import { DockerodeEngine } from '../../../src/adapters/docker/dockerode-engine.ts';
import { up } from '../../../src/app/up.ts';
import type { ContainerFacts } from '../../../src/core/domain/container.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';
import { type StandinContainer, standinEngine } from '../../helpers/stack/standin-engine.ts';

const service = (context: number) => profileServiceOf({ context });
const profiles = { a: [service(1024), service(2048)], b: [service(3072), service(4096)], c: [] };
const config = configOf({ profiles: ['a', 'b', 'c'] });
const invocation = fakeInvocation(catalogOf(profiles));
const request = upRequest({ config });

/** Returns a container of the fake engine as the HTTP engine serves it. */
function served(container: ContainerFacts): StandinContainer {
  const { id, project, profile, image, health, ports, store, configHash, models, engines } = container;
  const labels = {
    'rma.config-hash': configHash ?? '',
    'rma.models': models.join(' '),
    ...(engines !== null && { 'rma.engines': engines.join(' ') }),
    ...(container.variant !== null && { 'rma.variant': container.variant }),
  };
  const published = ports.map(({ containerPort, hostPort }) => [containerPort, hostPort]);
  return {
    id,
    service: container.service,
    project,
    profile,
    image,
    labels,
    ports: Object.fromEntries(published),
    ...(health !== 'none' && { health }),
    ...(container.startedAt !== null && { startedAt: container.startedAt }),
    ...(store !== null && { store: store.replace('named:', '') }),
  };
}

describe('the engine requests of an idle up', () => {
  it('for 8 services are one list of each kind, one inspect per container of the project, and the lock', async () => {
    const host = new FakeHost();
    await up(host, invocation, request);
    const containers = host.engine.all.map(served);
    const other = { service: 'other-worker', project: 'other', profile: 'other' };
    const standin = await standinEngine({
      containers: [...containers, other],
      images: [...(await host.engine.images())],
      volumes: [...(await host.engine.volumes()).values()],
    });

    const engine = new DockerodeEngine(standin.endpoint);
    const parts = { name: host.name, docker: host.docker, gpus: host.gpus, facts: host.facts };
    const machine = {
      ...parts,
      files: host.files,
      localFiles: host.localFiles,
      images: host.images,
      ports: host.ports,
      names: host.names,
      services: host.services,
      commands: host.commands,
      schedulers: host.schedulers,
      caller: host.caller,
    };
    expect(await up({ ...machine, engine }, invocation, request)).toMatchObject({ changed: false });

    expect(containers).toHaveLength(8);
    expect(standin.requests.sort()).toEqual(
      [
        'GET /containers/json',
        'GET /images/json',
        'GET /info',
        'GET /networks',
        'GET /version',
        'GET /volumes',
        ...containers.map(({ id }) => `GET /containers/${id}/json`),
        // the lock of the project: who holds it, taken, confirmed, released
        'GET /volumes',
        'POST /volumes/create',
        'GET /volumes',
        'GET /volumes',
        'DELETE /volumes/rma-lock-demo.1',
      ].sort(),
    );
  });
});

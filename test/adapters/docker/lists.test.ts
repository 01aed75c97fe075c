import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DockerImages } from '../../../src/adapters/docker/docker-images.ts';
import { DockerodeEngine } from '../../../src/adapters/docker/dockerode-engine.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { standinEngine } from '../../helpers/stack/standin-engine.ts';

describe('the Docker Engine client', () => {
  it('returns the digest that a registry has for an image, or why it does not', async () => {
    const name = 'ghcr.io/org/llama:server';
    const standin = await standinEngine({ registry: { [name]: `sha256:${'1'.repeat(64)}` } });
    const images = new DockerImages(standin.endpoint);
    expect(await images.registryDigest(name)).toBe(`sha256:${'1'.repeat(64)}`);
    await expect(images.registryDigest('private:1')).rejects.toMatchObject({
      code: 'RMA_IMAGE_REGISTRY',
      message: expect.stringContaining('private:1: access denied'),
    });
  });

  it('sends one request per list', async () => {
    const standin = await standinEngine({
      containers: [{ service: 'a' }, { service: 'b', state: 'exited' }],
      images: ['node:20'],
      volumes: [{ name: 'rma-models' }],
      networks: { demo_default: 'demo' },
    });
    const engine = new DockerodeEngine(standin.endpoint);
    expect(await engine.containers()).toMatchObject([
      { id: 'a', name: 'rma-a-1', project: 'rma', service: 'a', state: 'running' },
      { id: 'b', state: 'exited' },
    ]);
    expect([...(await engine.images())]).toEqual(['sha256:node:20', 'node:20']);
    expect([...(await engine.volumes()).values()]).toEqual([
      { name: 'rma-models', driver: 'local', options: {}, labels: {}, createdAt: null },
    ]);
    expect(await engine.networks()).toEqual([{ id: 'demo_default', name: 'demo_default', project: 'demo' }]);
    expect(await engine.facts()).toMatchObject({
      version: '28.3.3',
      rootDir: '/var/lib/docker',
      memoryBytes: null,
    });
    expect(standin.requests.sort()).toEqual([
      'GET /containers/json',
      'GET /images/json',
      'GET /info',
      'GET /networks',
      'GET /version',
      'GET /volumes',
    ]);
  });

  it('reports the RAM of the engine, or null if the engine reports 0', async () => {
    const standin = await standinEngine({ memoryBytes: 8_589_934_592 });
    const engine = new DockerodeEngine(standin.endpoint);
    expect((await engine.facts()).memoryBytes).toBe(8_589_934_592);
    standin.state = { memoryBytes: 0 };
    expect((await engine.facts()).memoryBytes).toBeNull();
  });

  it('inspects a container with one request, and returns null if it is gone', async () => {
    const { endpoint } = await standinEngine({ containers: [{ service: 'a', ports: { '8000': 18_000 } }] });
    const engine = new DockerodeEngine(endpoint);
    expect(await engine.container('a')).toMatchObject({
      startedAt: Date.UTC(2026, 10, 17, 9),
      ports: [{ address: '127.0.0.1', hostPort: 18_000, containerPort: 8000 }],
    });
    expect(await engine.container('gone')).toBeNull();
  });
});

describe('an unexpected response of the Docker Engine', () => {
  const answering = async (answer: unknown) => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
    const socket = join(tempFolder(), 'docker.sock');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    return new DockerodeEngine(`unix://${socket}`);
  };

  it.each([
    [{}, (engine: DockerodeEngine) => engine.facts(), '$.Version is missing'],
    [[{ Id: 1 }], (engine: DockerodeEngine) => engine.containers(), '$[0].Id must be a string, not 1'],
    [{ Id: 'a' }, (engine: DockerodeEngine) => engine.container('a'), '$.Name is missing'],
    ['', (engine: DockerodeEngine) => engine.images(), '$ must be a list, not '],
    [
      { Volumes: {} },
      (engine: DockerodeEngine) => engine.volumes(),
      '$.Volumes must be a list, not an object',
    ],
    [[{ Id: 'a' }], (engine: DockerodeEngine) => engine.networks(), '$[0].Name is missing'],
    [
      { Processes: [[1]] },
      (engine: DockerodeEngine) => engine.processes('a'),
      '$.Processes[0][0] must be a string, not 1',
    ],
  ])('is reported with the endpoint and the reason: %j', async (answer, ask, fault) => {
    await expect(ask(await answering(answer))).rejects.toMatchObject({
      code: 'RMA_DOCKER_FAILED',
      exitCode: 1,
      message: expect.stringMatching(/^unexpected response from the Docker Engine at unix:/),
      hint: expect.stringContaining('docker version'),
    });
    await expect(ask(await answering(answer))).rejects.toThrow(fault);
  });

  it('with an unknown container state counts as exited', async () => {
    const engine = await answering([{ Id: 'a', Names: null, State: 'stopped', Labels: null }]);
    expect(await engine.containers()).toMatchObject([{ id: 'a', name: '', state: 'exited' }]);
  });
});

describe('the event stream of the Docker Engine', () => {
  const event = (id: string) => ({ Type: 'container', Action: 'start', Actor: { ID: id, Attributes: {} } });

  it('yields container ids, even if an event arrives in several chunks', async () => {
    const standin = await standinEngine({});
    const stop = new AbortController();
    const changes = await new DockerodeEngine(standin.endpoint).changes('rma', stop.signal);
    standin.emit(event('a'));
    standin.emit(event('ü-b'), [5, 40]);
    const seen: string[] = [];
    for await (const id of changes) {
      seen.push(id);
      if (seen.length === 2) stop.abort();
    }
    expect(seen).toEqual(['a', 'ü-b']);
  });

  it('fails when the engine stops', async () => {
    const standin = await standinEngine({});
    const { signal } = new AbortController();
    const changes = await new DockerodeEngine(standin.endpoint).changes('rma', signal);
    const ended = (async () => {
      for await (const _ of changes);
    })();
    await standin.stop();
    await expect(ended).rejects.toMatchObject({ code: 'RMA_DOCKER_UNREACHABLE', exitCode: 3 });
  });
});

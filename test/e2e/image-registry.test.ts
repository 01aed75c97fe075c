import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { DockerImages } from '../../src/adapters/docker/docker-images.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';
import { freePort } from '../helpers/stack/free-port.ts';

const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 2, digest: digestOf('{}') },
  layers: [],
});

/** Serves the manifest of `org/app:1`, as a registry does (OCI distribution specification 1.1). */
const REGISTRY = `
const manifest = ${JSON.stringify(MANIFEST)};
const digest = ${JSON.stringify(digestOf(MANIFEST))};
require('http').createServer(({ url, method }, response) => {
  if (url === '/v2/') return response.end('{}');
  if (url.startsWith('/v2/org/app/blobs/')) return response.end('{}');
  const isKnown = url === '/v2/org/app/manifests/1' || url === '/v2/org/app/manifests/' + digest;
  if (!isKnown) return response.writeHead(404, { 'content-type': 'application/json' })
    .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
  response.writeHead(200, {
    'content-type': 'application/vnd.docker.distribution.manifest.v2+json',
    'content-length': manifest.length,
    'docker-content-digest': digest,
  }).end(method === 'HEAD' ? undefined : manifest);
}).listen(8080, () => console.log('up'));
`;

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Waits until a container has printed a line. */
async function firstLine(container: string): Promise<void> {
  const child = spawn('docker', ['logs', '--follow', container], { env: engineEnv() });
  await once(createInterface({ input: child.stdout }), 'line');
  child.kill();
}

const docker = (...args: readonly string[]) => runProgram('docker', args, engineEnv());

test('the engine requests the digest of an image from its registry, and reports its fault', async () => {
  const name = `rma-test-${randomUUID().slice(0, 8)}`;
  onTestFinished(async () => void (await docker('rm', '--force', name)));
  const port = await freePort();
  const { RMA_WORKER_BASE: node = '', DOCKER_HOST: endpoint = '' } = engineEnv();
  const options = ['--detach', '--name', name, '--pull', 'never', '--publish', `127.0.0.1:${port}:8080`];
  const started = await docker('run', ...options, node, 'node', '-e', REGISTRY);
  expect({ code: started.code, stderr: started.stderr }).toMatchObject({ code: 0 });
  await firstLine(name);
  const images = new DockerImages(endpoint);
  expect(await images.registryDigest(`127.0.0.1:${port}/org/app:1`)).toBe(digestOf(MANIFEST));
  await expect(images.registryDigest(`127.0.0.1:${port}/org/app:2`)).rejects.toMatchObject({
    code: 'RMA_IMAGE_REGISTRY',
    message: expect.stringContaining('manifest unknown'),
  });
});

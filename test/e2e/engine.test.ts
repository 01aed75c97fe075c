import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { engineEnv, llamaServerImage } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, engineScript, runProgram } from '../helpers/stack/engine-script.ts';
import { freePort } from '../helpers/stack/free-port.ts';

const docker = (...args: readonly string[]) => runProgram('docker', args, engineEnv());
const node = (): string => engineEnv()['RMA_WORKER_BASE'] ?? '';
const PLAIN_USER = ['--user', '1000:1000', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];

/** Runs `docker run` with a local image; the container is removed after the test. */
const run = async (...args: readonly string[]) => {
  const name = `rma-test-${randomUUID().slice(0, 8)}`;
  onTestFinished(async () => void (await docker('rm', '--force', name)));
  return docker('run', '--pull', 'never', '--name', name, ...args);
};

const SERVER = `require('http').createServer((q, s) => s.end('from the container')).listen(8080, () => console.log('up'))`;

test.each([
  ['node', node, ['node', '-v'], /^v\d+\./],
  ['llamaServerImage-server', llamaServerImage, ['--version'], /version: \d/],
])(
  'the base image of %s runs as an unprivileged user without capabilities',
  async (...[, image, command, said]) => {
    const { code, stdout, stderr } = await run(...PLAIN_USER, image(), ...command);
    expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: expect.stringMatching(said) });
  },
);

test('llama-server runs in a container with a read-only root', async () => {
  const health = ['--health-cmd', 'wget -qO- http://127.0.0.1:8080/health', '--health-start-period', '60s'];
  const container = ['--detach', '--read-only', ...PLAIN_USER, ...health, '--health-start-interval', '200ms'];
  const { stdout } = await run(...container, llamaServerImage(), '--models-dir', '/tmp', '--port', '8080');
  const id = stdout.trim();
  await lineOf(
    'health_status: healthy',
    'events',
    '--since',
    '0',
    '--filter',
    `container=${id}`,
    '--filter',
    'event=health_status',
  );
  const answer = await docker('exec', id, 'wget', '-qO-', 'http://127.0.0.1:8080/health');
  expect(answer.stdout).toBe('{"status":"ok"}');
});

/** Follows the output of a docker command until a line contains this text. */
const lineOf = async (text: string, ...args: readonly string[]): Promise<string> => {
  const child = spawn('docker', args, { env: engineEnv(), stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: child.stdout })) if (line.includes(text)) return line;
  } finally {
    child.kill();
  }
  throw new Error(`docker ${args.join(' ')} ended without saying '${text}'`);
};

test('a container reaches a service on the user’s loopback as host.docker.internal', async () => {
  const server = http.createServer((_request, response) => response.end('from the user’s loopback'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as net.AddressInfo;
  const gateway = ['--add-host', 'host.docker.internal:host-gateway'];
  const { stdout } = await run(...gateway, node(), 'wget', '-qO-', `http://host.docker.internal:${port}/`);
  expect(stdout).toBe('from the user’s loopback');
});

test('a published port of a container is reachable on the user’s loopback', async () => {
  const port = await freePort();
  const { stdout } = await run(
    '--detach',
    '--publish',
    `127.0.0.1:${port}:8080`,
    node(),
    'node',
    '-e',
    SERVER,
  );
  await lineOf('up', 'logs', '--follow', stdout.trim());
  await listening(port);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('from the container');
});

/** Waits until the port is mirrored, shortly after the container has started. */
const listening = async (port: number): Promise<void> => {
  const socket = net.connect({ host: '127.0.0.1', port });
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  if (!connected) await listening(port);
};

test('Compose supports inline configs and a start interval', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rma-compose-'));
  const file = join(folder, 'compose.yaml');
  const project = `rma-test-${randomUUID().slice(0, 8)}`;
  const compose = (...args: readonly string[]) => docker('compose', '-p', project, '-f', file, ...args);
  onTestFinished(async () => {
    await compose('down', '--timeout', '0');
    await rm(folder, { recursive: true });
  });
  await writeFile(file, composeFile(node()));
  const up = await compose('up', '--detach', '--wait');
  expect(up.stderr).toContain('Healthy');
  const config = await compose('exec', '-T', 'web', 'cat', '/etc/web.json');
  expect(config.stdout).toBe('{"cost":"$FIVE"}');
});

const composeFile = (image: string): string => `
services:
  web:
    image: ${image}
    pull_policy: never
    user: "1000:1000"
    cap_drop: [ALL]
    init: true
    configs: [{ source: web, target: /etc/web.json }]
    command: [node, -e, "require('http').createServer((q, s) => s.end()).listen(8080)"]
    healthcheck:
      test: [CMD, wget, -qO-, "http://127.0.0.1:8080/"]
      interval: 1h
      start_period: 168h
      start_interval: 200ms
configs:
  web:
    content: '{"cost":"$$FIVE"}'
`;

test.each(['1', '0'])('builds on a base image without a registry (DOCKER_BUILDKIT=%s)', async (buildkit) => {
  const folder = await mkdtemp(join(tmpdir(), 'rma-build-'));
  const tag = `rma-test:${randomUUID()}`;
  onTestFinished(async () => {
    await docker('rmi', '--force', tag);
    await rm(folder, { recursive: true });
  });
  await writeFile(join(folder, 'Dockerfile'), 'ARG BASE\nFROM $BASE\nADD hello /hello\nUSER 1000:1000\n');
  await writeFile(join(folder, 'hello'), 'hello');
  const env = engineEnv({ DOCKER_BUILDKIT: buildkit });
  const build = await runProgram(
    'docker',
    ['build', '--build-arg', `BASE=${node()}`, '--tag', tag, folder],
    env,
  );
  expect({ code: build.code, stderr: build.stderr }).toMatchObject({ code: 0 });
  expect((await run(tag, 'sh', '-c', 'id -u; cat /hello')).stdout).toBe('1000\nhello');
});

test('up changes nothing if the engine is running', async () => {
  const { stdout } = await run('--detach', node(), 'node', '-e', SERVER);
  const up = await engineScript(CHECKOUT, 'up');
  const state = await docker('inspect', '--format', '{{.State.Running}} {{.RestartCount}}', stdout.trim());
  expect({ code: up.code, state: state.stdout.trim() }).toEqual({ code: 0, state: 'true 0' });
});

import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { installedRma, run } from '../helpers/cli/spawn-rma.ts';
import { snapshot } from '../helpers/files/snapshot.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { startHub } from '../hub/hub.ts';

let dir = '';
beforeEach(async () => {
  dir = tempFolder();
  await writeFile(join(dir, 'rma.yaml'), 'project: demo\nprofiles: [cpu-worker]\n');
});

const COMMANDS = [['up'], ['plan'], ['ps'], ['status'], ['down'], ['logs'], ['models', 'pull']] as const;

describe('a Docker that is not there is told with exit code 3, and nothing is changed:', () => {
  it.each([
    ['no docker command', { PATH: '/nonexistent' }, 'RMA_COMMAND_MISSING', 'docs.docker.com/engine/install'],
    [
      'no socket',
      { DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
      'RMA_DOCKER_UNREACHABLE',
      'DOCKER_HOST',
    ],
    [
      'nothing behind the port',
      { DOCKER_HOST: 'tcp://127.0.0.1:1' },
      'RMA_DOCKER_UNREACHABLE',
      '127.0.0.1:1',
    ],
    [
      'no such machine',
      { DOCKER_HOST: 'tcp://docker.invalid:2375' },
      'RMA_DOCKER_UNREACHABLE',
      'docker.invalid',
    ],
    ['a folder in the place of the socket', { DOCKER_HOST: 'unix:///tmp' }, 'RMA_DOCKER_UNREACHABLE', '/tmp'],
  ])('%s', async (...[, env, code, words]) => {
    const before = await snapshot(dir);
    for (const command of COMMANDS) {
      const options = { cwd: dir, env: { HOME: dir, PATH: '/usr/bin:/bin', ...env } };
      expectFault(await runRma(command, options), { exitCode: 3, code, words: [words] });
      const json = await runRma([...command, '--json'], options);
      expectFault(json, { exitCode: 3, code, words: [words], json: true });
    }
    expect(await snapshot(dir)).toEqual(before);
  });

  it.each([['ssh://me@box'], ['nonsense'], ['tcp://box']])(
    'an endpoint that rma cannot use: %s',
    async (endpoint) => {
      const ended = await runRma(['ps'], { cwd: dir, env: { HOME: dir, DOCKER_HOST: endpoint } });
      expectFault(ended, { exitCode: 2, code: 'RMA_DOCKER_ENDPOINT', words: ['unix://'] });
    },
  );

  it('something that hangs up at once in its place', async () => {
    const server = createServer((socket) => socket.destroy());
    const path = join(dir, 'other.sock');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
    const ended = await runRma(['ps'], { cwd: dir, env: { HOME: dir, DOCKER_HOST: `unix://${path}` } });
    expectFault(ended, { exitCode: 3, code: 'RMA_DOCKER_UNREACHABLE', words: [path] });
  });
});

describe.runIf(process.getuid?.() === 0)('another user of the machine', () => {
  it('who has no right on the socket is told so with exit code 3', async () => {
    const server = createServer((socket) => socket.destroy());
    const path = join(dir, 'docker.sock');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
    await chmod(path, 0o600);
    await chmod(dir, 0o755);
    const before = await snapshot(dir);
    const options = { cwd: dir, uid: 12_345, env: { DOCKER_HOST: `unix://${path}`, HOME: '/nonexistent' } };
    const fault = { exitCode: 3, code: 'RMA_DOCKER_DENIED', words: [path, 'usermod -aG docker'] } as const;
    const rma = await installedRma();
    expectFault(await run(rma('up'), options), fault);
    expectFault(await run(rma('up', '--json'), options), { ...fault, json: true });
    expect(await snapshot(dir)).toEqual(before);
  });

  it('who may not write to the store is told who owns it, with exit code 3', async () => {
    await chmod(dir, 0o755);
    const hub = await startHub({ repos: { 'org/model': { files: { 'config.json': '{}' } } } });
    onTestFinished(() => hub.close());
    const before = await snapshot(dir);
    const env = { HOME: '/nonexistent', HF_ENDPOINT: hub.endpoint };
    const rma = await installedRma();
    const pull = rma('models', 'pull', 'hf:org/model', '--quiet', '--dest', join(dir, 'store'));
    const words = [`${dir} belongs to 0:0 (mode 755)`, 'for 12345:12345', 'chown -R 12345:12345'];
    const fault = { exitCode: 3, code: 'RMA_STORE_UNWRITABLE', words } as const;
    expectFault(await run(pull, { uid: 12_345, env }), fault);
    expectFault(await run([...pull, '--json'], { uid: 12_345, env }), { ...fault, json: true });
    expect(await snapshot(dir)).toEqual(before);
  });
});

describe('a store that is no folder', () => {
  it('is told with exit code 3, and the file in its place stays', async () => {
    const hub = await startHub({ repos: { 'org/model': { files: { 'config.json': '{}' } } } });
    onTestFinished(() => hub.close());
    await writeFile(join(dir, 'file'), 'mine');
    const before = await snapshot(dir);
    const options = { cwd: dir, env: { HOME: dir, HF_ENDPOINT: hub.endpoint } };
    for (const dest of ['file', 'file/below']) {
      const ended = await runRma(['models', 'pull', 'hf:org/model', '--quiet', '--dest', dest], options);
      expectFault(ended, { exitCode: 3, code: 'RMA_STORE_NOT_A_FOLDER', words: [join(dir, 'file')] });
    }
    expect(await snapshot(dir)).toEqual(before);
  });
});

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

describe('an unusable Docker', () => {
  it.each([
    ['no docker command', { PATH: '/nonexistent' }, 'RMA_COMMAND_MISSING', 'docs.docker.com/engine/install'],
    [
      'no socket',
      { DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
      'RMA_DOCKER_UNREACHABLE',
      'DOCKER_HOST',
    ],
    [
      'nothing listening on the port',
      { DOCKER_HOST: 'tcp://127.0.0.1:1' },
      'RMA_DOCKER_UNREACHABLE',
      '127.0.0.1:1',
    ],
    [
      'unknown host',
      { DOCKER_HOST: 'tcp://docker.invalid:2375' },
      'RMA_DOCKER_UNREACHABLE',
      'docker.invalid',
    ],
    ['a directory instead of a socket', { DOCKER_HOST: 'unix:///tmp' }, 'RMA_DOCKER_UNREACHABLE', '/tmp'],
  ])('fails with exit code 3 and changes nothing: %s', async (...[, env, code, words]) => {
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
    'fails with exit code 2 for an unsupported endpoint: %s',
    async (endpoint) => {
      const ended = await runRma(['ps'], { cwd: dir, env: { HOME: dir, DOCKER_HOST: endpoint } });
      expectFault(ended, { exitCode: 2, code: 'RMA_DOCKER_ENDPOINT', words: ['unix://'] });
    },
  );

  it('fails with exit code 3 if the connection is closed at once', async () => {
    const server = createServer((socket) => socket.destroy());
    const path = join(dir, 'other.sock');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
    const ended = await runRma(['ps'], { cwd: dir, env: { HOME: dir, DOCKER_HOST: `unix://${path}` } });
    expectFault(ended, { exitCode: 3, code: 'RMA_DOCKER_UNREACHABLE', words: [path] });
  });
});

describe.runIf(process.getuid?.() === 0)('another user of the host', () => {
  it('fails with exit code 3 without permission on the socket', async () => {
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

  it('fails with exit code 3 and the owner of the store if the store is not writable', async () => {
    await chmod(dir, 0o755);
    const hub = await startHub({ repos: { 'org/model': { files: { 'config.json': '{}' } } } });
    onTestFinished(() => hub.close());
    const before = await snapshot(dir);
    const env = { HOME: '/nonexistent', HF_ENDPOINT: hub.endpoint };
    const rma = await installedRma();
    const pull = rma('models', 'pull', 'hf:org/model', '--quiet', '--dest', join(dir, 'store'));
    const words = [
      `${dir} belongs to 0:0 (mode 755)`,
      'for 12345:12345',
      `chown -R 12345:12345 ${dir}/store`,
    ];
    const fault = { exitCode: 3, code: 'RMA_STORE_UNWRITABLE', words } as const;
    expectFault(await run(pull, { uid: 12_345, env }), fault);
    expectFault(await run([...pull, '--json'], { uid: 12_345, env }), { ...fault, json: true });
    expect(await snapshot(dir)).toEqual(before);
  });
});

describe('a store path that is not a directory', () => {
  it('fails with exit code 3 and keeps the file', async () => {
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

import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectFault, type Fault } from '../helpers/cli/expect-fault.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { everything, smallDisk } from '../helpers/stack/bad-box.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { ENGINE, GGUF, REPO, type Stack, startStack } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const MIB = 1024 * 1024;

/** Checks that `rma …` fails with this error, as text and as JSON, and changes nothing. */
async function refuses(stack: Stack, fault: Fault, ...args: readonly string[]): Promise<void> {
  const before = await everything(stack);
  const { code: exitCode, ...text } = await stack.rma(...args);
  expectFault({ exitCode, ...text, stderr: ownError(text.stderr) }, fault);
  const json = await stack.rma(...args, '--json');
  expectFault({ ...json, exitCode: json.code }, { ...fault, json: true });
  expect(await everything(stack)).toEqual(before);
}

/** Removes the progress lines before the error. */
const ownError = (stderr: string): string => stderr.slice(stderr.indexOf('error: '));

async function listening(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
}

describe('a port in use fails with exit code 3:', () => {
  test('of the coordinator, before anything is created', async () => {
    const stack = await startStack();
    await listening(stack.ports.coordinator);
    const words = [String(stack.ports.coordinator), 'coordinator', '--coordinator-port'];
    await refuses(stack, { exitCode: 3, code: 'RMA_PORT_TAKEN', words }, 'up');
  });

  test('of an engine, before anything is created', async () => {
    const stack = await startStack();
    await listening(stack.ports.engine);
    const words = [String(stack.ports.engine), ENGINE, `--port ${ENGINE}=`];
    await refuses(stack, { exitCode: 3, code: 'RMA_PORT_TAKEN', words }, 'up');
  });

  test('visible to the Docker Engine only, when Compose starts; up succeeds once it is free', async () => {
    const stack = await startStack();
    const { coordinator } = stack.ports;
    // in the network of the engine, like a Docker Engine with another network than this shell
    const base = engineEnv()['RMA_WORKER_BASE'] ?? '';
    const listen = `require('net').createServer().listen(${coordinator}, '127.0.0.1', () => console.log('listening'))`;
    const id = await stack.docker(
      'run',
      '-d',
      '--pull',
      'never',
      '--network',
      'host',
      base,
      'node',
      '-e',
      listen,
    );
    await expect.poll(() => stack.docker('logs', id), PATIENCE).toBe('listening');
    onTestFinished(async () => void (await stack.docker('rm', '-f', id).catch(() => '')));
    const ended = await stack.rma('up', '--json');
    const fault = { exitCode: 3, code: 'RMA_PORT_TAKEN', words: [String(coordinator)], json: true } as const;
    expectFault({ ...ended, exitCode: ended.code }, fault);
    await stack.docker('rm', '-f', id);
    expect((await stack.up()).changed).toBe(true);
  });
});

describe('an unwritable host directory fails with exit code 3:', () => {
  test('owned by another user, with the chown command', async () => {
    const stack = await startStack();
    const path = join(stack.dir, 'store');
    await mkdir(path);
    await chown(path, 4000, 4001);
    await chmod(path, 0o755);
    const words = [path, '1000:1000', '4000:4001', `sudo chown -R 1000:1000 ${path} `];
    const fault = { exitCode: 3, code: 'RMA_STORE_UNWRITABLE', words };
    for (const verb of [['up'], ['models', 'pull']])
      await refuses(stack, fault, ...verb, '--volume', `host:${path}`, '--owner', '1000:1000');
  });

  test('a file instead of a directory', async () => {
    const stack = await startStack();
    const path = join(stack.dir, 'store');
    await writeFile(path, 'mine');
    const fault = { exitCode: 3, code: 'RMA_STORE_NOT_A_FOLDER', words: [path] };
    for (const verb of [['up'], ['models', 'pull']])
      await refuses(stack, fault, ...verb, '--volume', `host:${path}`);
  });

  test('on a read-only file system', async () => {
    const stack = await startStack();
    const path = await smallDisk(256 * MIB, 'ro', 'uid=1000', 'gid=1000', 'mode=755');
    const fault = { exitCode: 3, code: 'RMA_STORE_READ_ONLY', words: [path] };
    for (const verb of [['up'], ['models', 'pull']])
      await refuses(stack, fault, ...verb, '--volume', `host:${path}`);
    await refuses(stack, fault, 'models', 'pull', '--quiet', '--dest', path);
  });
});

describe('a disk that is too small fails with exit code 5', () => {
  test('before a download into a volume', async () => {
    const stack = await startStack();
    const options = ['type=tmpfs', 'device=tmpfs', 'o=size=32m,uid=1000,gid=1000,mode=755'];
    await stack.docker('volume', 'create', ...options.flatMap((option) => ['--opt', option]), stack.volume);
    const fault = { exitCode: 5, code: 'RMA_STORE_NO_ROOM', words: ['32.0 MiB', '1.5 MiB', '--volume'] };
    for (const verb of [['up'], ['models', 'pull']]) await refuses(stack, fault, ...verb);
    expect(stack.hub.log.contentRequests()).toEqual([]);
  });

  test('before a download into a directory', async () => {
    const stack = await startStack();
    const path = await smallDisk(32 * MIB);
    const fault = { exitCode: 5, code: 'RMA_STORE_NO_ROOM', words: ['32.0 MiB', '1.5 MiB', '--dest'] };
    await refuses(stack, fault, 'models', 'pull', '--quiet', '--dest', path);
    expect(stack.hub.log.contentRequests()).toEqual([]);
    expect(await readdir(path)).toEqual([]);
  });

  test('when it fills up during the download, and the next run resumes', async () => {
    const stack = await startStack();
    stack.hub.publish(REPO, { files: { [GGUF]: tinyGguf({ bytes: 16 * MIB }) } });
    const path = await smallDisk(96 * MIB);
    const half = 8 * MIB;
    const stall = stack.hub.faults.add({ kind: 'stall', offset: half, path: `*${GGUF}`, port: 'cdn' });
    const pulling = stack.rma('models', 'pull', '--json', '--dest', path);
    // then nothing is written until the stall ends; the last part of the half is still in memory
    await expect.poll(() => durableBytes(path), PATIENCE).toBeGreaterThan(half - MIB);
    const { bavail, bsize } = await statfs(path);
    await writeFile(join(path, 'filler'), Buffer.alloc(bavail * bsize)).catch(() => undefined);
    stall.remove();
    const ended = await pulling;
    const fault = {
      exitCode: 5,
      code: 'RMA_STORE_DISK_FULL',
      words: ['run the command again'],
      json: true,
    } as const;
    expectFault({ ...ended, exitCode: ended.code }, fault);
    await rm(join(path, 'filler'));
    stack.hub.log.clear();
    expect(await stack.rma('models', 'pull', '--dest', path)).toMatchObject({ code: 0 });
    expect(stack.hub.log.contentRequests()[0]?.range).toMatch(/^bytes=[1-9]\d{5,}-/);
  });
});

/** Returns the bytes that the journal of the download into this directory lists as synced; 0 without a journal. */
async function durableBytes(path: string): Promise<number> {
  const names = await readdir(path, { recursive: true });
  const name = names.find((each) => each.endsWith('.part.json') && each.includes('staging'));
  if (name === undefined) return 0;
  const { ranges } = JSON.parse(await readFile(join(path, name), 'utf8')) as {
    readonly ranges: readonly (readonly [number, number])[];
  };
  return ranges[0]?.[1] ?? 0;
}

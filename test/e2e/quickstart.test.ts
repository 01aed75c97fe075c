import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testTimeout } from '../helpers/patience.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, engineScript, runProgram, type ScriptResult } from '../helpers/stack/engine-script.ts';
import { freePort } from '../helpers/stack/free-port.ts';

let top: string;
let clone: string;
let port: string;

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'rma quick '));
  clone = join(top, 'a clone');
  await copySources(clone);
  port = String(await freePort());
});

afterAll(async () => {
  await quickstart(process.env, '--purge');
  await rm(top, { recursive: true, force: true });
});

describe('quickstart in an empty clone, without Docker', () => {
  it(
    'starts a worker and prints an answer, at addresses reachable from this shell',
    async () => {
      const { code, stdout, stderr } = await quickstart(process.env, '--coordinator-port', port);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`registered at  http://127.0.0.1:${port}/v1/models`);
      expect(stdout).toMatch(/response \(\d+ tokens\): "/);
      const address = /(http:\/\/127\.0\.0\.1:\d+)\/v1\/chat\/completions/.exec(stdout)?.[1];
      const models = (await (await fetch(`${address}/v1/models`)).json()) as { data: { id: string }[] };
      expect(models.data.map(({ id }) => id)).toEqual(['qwen2.5-0.5b-instruct']);
    },
    testTimeout(2),
  );

  it('[req R43] answers again without a request for model content', async () => {
    const before = await contentRequests();
    expect(before).toBeGreaterThan(0);
    const { code, stdout } = await quickstart(process.env, '--coordinator-port', port);
    expect({ code, answered: stdout.includes('response (') }).toEqual({ code: 0, answered: true });
    expect(await contentRequests()).toBe(before);
  });

  it('leaves no process, namespace, link, mount or cgroup after --down, and no file after --purge', async () => {
    expect((await quickstart(process.env, '--down')).code).toBe(0);
    expect((await engineScript(clone, 'leftovers')).stdout).toBe('');
    expect(await processesOf(clone)).toEqual([]);
    expect((await quickstart(process.env, '--purge')).code).toBe(0);
    await expect(stat(join(clone, '.engine'))).rejects.toThrow('ENOENT');
    await expect(stat(join(clone, '.quickstart'))).rejects.toThrow('ENOENT');
  });
});

describe('quickstart with an existing Docker', () => {
  it('uses it, reports it, and --purge removes its containers and volumes', async () => {
    const own = engineEnv();
    const { code, stdout, stderr } = await quickstart(
      own,
      '--engine',
      'own',
      '--hub',
      'local',
      '--coordinator-port',
      port,
    );
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Docker: your own, Engine \d/);
    expect(stdout).toContain('response (');
    expect((await quickstart(own, '--purge')).code).toBe(0);
    const left = await runProgram(
      'docker',
      ['ps', '-aq', '--filter', 'label=rma.project=rma-quickstart'],
      own,
    );
    const volumes = await runProgram(
      'docker',
      ['volume', 'ls', '-q', '--filter', 'name=rma-quickstart'],
      own,
    );
    expect({ containers: left.stdout, volumes: volumes.stdout }).toEqual({ containers: '', volumes: '' });
  });

  it('fails if Docker does not respond, and suggests the private engine', async () => {
    const env = { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const { code, stderr } = await quickstart(env, '--engine', 'own');
    expect(code).toBe(3);
    expect(stderr).toContain('scripts/quickstart.sh --engine private');
  });
});

function quickstart(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<ScriptResult> {
  return runProgram(join(clone, 'scripts/quickstart.sh'), args, env);
}

/** Copies the files of a clone, including uncommitted changes. */
async function copySources(target: string): Promise<void> {
  const listing = ['-C', CHECKOUT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await runProgram('git', listing);
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await cp(join(CHECKOUT, file), join(target, file));
  }
}

async function contentRequests(): Promise<number> {
  const log = await readFile(join(clone, '.quickstart/logs/hub-requests.ndjson'), 'utf8');
  return log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { method: string; file: boolean; status: number })
    .filter(({ method, file, status }) => method === 'GET' && file && [200, 206].includes(status)).length;
}

/** Returns the command lines of all processes that contain this path. */
async function processesOf(path: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // a process may exit between listing and reading
  const read = (pid: string) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return (await Promise.all(pids.map(read))).filter((line) => line.includes(path));
}

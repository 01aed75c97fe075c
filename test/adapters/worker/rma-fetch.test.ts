import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { runProcess } from '../../helpers/process/run-process.ts';
import { oneOffWorker, TINY } from '../../helpers/worker/one-off-worker.ts';

const box = oneOffWorker();
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Returns the script of the image, with the bundle of this test. */
function script(): string {
  const { bundle } = box();
  const text = readFileSync('compose/image/bin/rma-fetch', 'utf8');
  const path = join(dirname(bundle), 'rma-fetch');
  writeFileSync(path, text.replace('/opt/rma/worker.mjs', bundle));
  chmodSync(path, 0o755);
  return path;
}

const fetch = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runProcess(script(), args, { ...box().env, ...env });

/** Starts the script, and returns it with its output by line. */
function start(args: readonly string[]) {
  const child = spawn(script(), args, { env: { PATH: process.env['PATH'] ?? '', ...box().env } });
  started.push(child);
  return { child, lines: createInterface({ input: child.stdout }), exit: once(child, 'exit') };
}

async function lineWith(lines: AsyncIterable<string>, text: string): Promise<string> {
  for await (const line of lines) if (line.includes(text)) return line;
  throw new Error(`no line with ${text}`);
}

describe('rma-fetch', () => {
  it('[req R40] [req R43] downloads missing models, then becomes the command with its arguments', async () => {
    const command = ['sh', '-c', 'echo "$1 $2"; exit 7', 'x', 'two words', '--check'];
    const first = await fetch(['cpu-worker', '--then', ...command]);
    expect(first).toMatchObject({ code: 7, stderr: '' });
    expect(first.stdout).toMatch(/Summary: models: 1, 1 downloaded[^\n]*\ntwo words --check\n$/);
    const before = box().contentRequests();
    expect(await fetch(['cpu-worker', '--then', 'true'])).toMatchObject({ code: 0 });
    expect(box().contentRequests()).toBe(before);
  });

  it('accepts references, and WORKER_TYPE without arguments', async () => {
    expect(await fetch([TINY])).toMatchObject({ code: 0 });
    expect(await fetch(['--check', '--then', 'echo', 'ok'], { WORKER_TYPE: 'cpu-worker' })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ok\n$/),
    });
  });

  it('does not start the command after its help', async () => {
    const result = await fetch(['--help', '--then', 'echo', 'started']);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('usage') });
    expect(result.stdout).not.toContain('started');
    // --help after --then is an argument of the command
    const printed = await fetch([TINY, '--then', 'sh', '-c', 'echo "$1"', 'x', '--help']);
    expect(printed.stdout).toMatch(/\n--help\n$/);
  });

  it('does not start the command if a model is missing', async () => {
    const result = await fetch(['broken', '--then', 'echo', 'started']);
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('hf:org/none') });
    expect(result.stdout).not.toContain('started');
  });

  it('with --check, sends no request, writes nothing and names what is missing', async () => {
    const requests = () => box().hub.log.entries().length;
    const before = requests();
    const empty = await fetch(['--check', TINY, '--then', 'echo', 'started']);
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining(`the store lacks ${TINY}`) });
    expect(empty.stderr).toMatch(new RegExp(`rma-fetch ${TINY} without --check`));
    expect(empty.stderr).not.toMatch(/--offline|RMA_OFFLINE\b[^_]/);
    expect(readdirSync(box().store)).toEqual([]);
    expect(requests()).toBe(before);

    expect(await fetch([TINY])).toMatchObject({ code: 0 });
    const whole = requests();
    expect(await fetch(['--check', TINY])).toMatchObject({ code: 0 });
    const cache = join(box().store, 'huggingface/hub/models--org--tiny/blobs');
    writeFileSync(join(cache, readdirSync(cache)[0]!), 'cut');
    expect(await fetch(['--check', TINY])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`the store lacks 1 file of ${TINY} (tiny.gguf)`),
    });
    expect(requests()).toBe(whole);
  });

  it('with --check, names all missing models once, and the command for each on the host', async () => {
    const big = 'hf:org/big:a.bin';
    const { code, stdout, stderr } = await fetch(['--check', TINY, big]);
    expect(code).toBe(1);
    expect(stdout).toContain(`[download] ${TINY}, ${big}: 2 models, store `);
    expect(stderr).toContain(`2 of 2 models failed: ${TINY}: the store lacks ${TINY};`);
    expect(stderr).toContain(`on the host: rma models pull ${TINY} ${big}`);
    expect(stderr).not.toContain('offline');
  });

  it('replaces itself by the command, which receives the signals', async () => {
    const wait = 'trap "exit 5" TERM; echo pid $$; while :; do sleep 0.02; done';
    const { child, lines, exit } = start(['cpu-worker', '--then', 'sh', '-c', wait]);
    expect(await lineWith(lines, 'pid')).toBe(`pid ${child.pid}`);
    child.kill('SIGTERM');
    expect(await exit).toEqual([5, null]);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('stops a download on %s and does not start the command', async (signal, code) => {
    const fault = box().hub.faults.add({ kind: 'stall', bytes: 1000, path: '*tiny.gguf' });
    const { child, lines, exit } = start(['cpu-worker', '--then', 'echo', 'started']);
    await lineWith(lines, 'Downloading');
    child.kill(signal);
    expect(await exit).toEqual([code, null]);
    fault.remove();
  });

  it.each([
    [['cpu-worker', '--then'], '--then requires a command'],
    [['cpu-worker', '--quick', '--then', 'true'], 'unknown option "--quick"'],
    [['toaster', '--then', 'true'], 'unknown worker type "toaster"'],
    [['hf:', '--then', 'true'], 'hf:'],
    [['--then', 'true'], 'worker type, reference or set missing'],
  ])('rejects %j before it downloads', async (args, message) => {
    const { code, stderr } = await fetch(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(readdirSync(box().store)).toEqual([]);
  });

  it('prints its usage', async () => {
    const { code, stdout } = await fetch(['--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^usage: rma-fetch \[--check\] \[--strict\] \[broken\|cpu-worker\|ocr\|rare\|all\|REFERENCE\|SET\]\.\.\. \[--then COMMAND\.\.\.\]\n/,
    );
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { PATIENCE, testTimeout } from '../helpers/patience.ts';
import { startRma } from '../helpers/stack/running-rma.ts';
import { type Stack, startStack } from '../helpers/stack/stack.ts';

const KILLS = 30;

/** Counts everything that happens in the engine and every line of a command, and calls back at one of them. */
class Moments {
  count = 0;
  #at = Number.POSITIVE_INFINITY;
  #call: () => void = () => undefined;

  readonly tick = (): void => {
    this.count += 1;
    if (this.count === this.#at) this.#call();
  };

  /** Starts again, and calls back at this moment. */
  reset(at = Number.POSITIVE_INFINITY, call: () => void = () => undefined): void {
    this.count = 0;
    this.#at = at;
    this.#call = call;
  }
}

async function engineEvents({ env }: Stack, moments: Moments): Promise<void> {
  const child = spawn('docker', ['events', '--since', '0s'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill());
  await once(child, 'spawn');
  createInterface({ input: child.stdout }).on('line', (line) => {
    // the probes of the containers that run never end
    if (!line.includes('exec_') && !line.includes('health_status')) moments.tick();
  });
}

/** Runs `up`, and kills it at a moment. Returns the number of moments; fewer than `at` if it ended before. */
async function upUntil(stack: Stack, moments: Moments, at?: number): Promise<number> {
  const up = startRma(stack, 'up', '--progress', 'plain');
  moments.reset(at, () => void up.child.kill('SIGKILL'));
  for (const output of [up.child.stdout, up.child.stderr]) output?.on('data', moments.tick);
  const code = await up.ended;
  const { count } = moments;
  moments.reset();
  if (at === undefined) expect({ code, lines: up.lines }).toMatchObject({ code: 0 });
  return count;
}

/** Removes the containers, and the models of every third round, so that `up` has everything to do. */
async function reset(stack: Stack, round: number): Promise<void> {
  const ids = Object.values(await stack.containers());
  if (ids.length > 0) await stack.docker('rm', '--force', ...ids);
  if (round % 3 === 0) await stack.docker('volume', 'rm', '--force', stack.volume);
}

/** Returns what killed commands may leave behind. */
async function leftovers({ dir, docker, project }: Stack): Promise<readonly string[]> {
  const state = join(dir, '.rma');
  const files = await readdir(state, { recursive: true });
  const volumes = await docker('volume', 'ls', '--quiet', '--filter', 'label=rma.nonce');
  const oneOffs = await docker('ps', '--all', '--quiet', '--filter', `label=rma.one-off=${project}`);
  const words = `${volumes}\n${oneOffs}`.split('\n').filter((word) => word !== '');
  return [...files.filter((file) => file.endsWith('.tmp')), ...words];
}

test(
  `[case A06] a plain up converges after kill -9 of up at ${KILLS} random moments, and nothing is left over`,
  async () => {
    const stack = await startStack();
    const moments = new Moments();
    await engineEvents(stack, moments);
    const all = await upUntil(stack, moments);
    const [cuts = []] = fc.sample(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: KILLS, maxLength: KILLS }),
      {
        seed: 20_261_128,
        numRuns: 1,
      },
    );
    for (const [round, cut] of cuts.entries()) {
      await reset(stack, round);
      const at = 1 + Math.floor(cut * (all - 1));
      await upUntil(stack, moments, at);
      const { code, stderr } = await stack.rma('up');
      expect({ round, at, code, stderr: code === 0 ? '' : stderr }).toEqual({
        round,
        at,
        code: 0,
        stderr: '',
      });
      await expect.poll(async () => leftovers(stack), PATIENCE).toEqual([]);
    }
    await stack.ready();
    expect((await stack.chat()).status).toBe(200);
  },
  testTimeout(3),
);

import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answers, keepAnswering } from '../helpers/stack/long-answer.ts';
import { ENGINE, GGUF, MODEL, REPO, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const CONTENT = tinyGguf({ bytes: 6 * 1024 * 1024 });
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

// All tests share one stack, which is ready before and after each test.
let stack: Stack;
const cleaners: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const repos = { [REPO]: { files: { [GGUF]: CONTENT } } };
  stack = await startStack({ hub: { repos } }, (clean) => cleaners.push(clean));
  await appendFile(join(stack.dir, 'rma.yaml'), 'drain_timeout: 5m\n');
  await stack.up();
});
afterAll(async () => {
  for (const clean of cleaners) await clean();
});

interface Case {
  /** the log line of the worker in this state */
  readonly line: string;
  /** gets there; `killed` resolves when the worker is killed */
  readonly enter: (killed: Promise<void>) => Promise<Answers | undefined>;
}

const CASES: Readonly<Record<string, Case>> = {
  checking: { line: 'started, rma', enter: start },
  downloading: {
    line: 'state downloading',
    enter: async () => {
      stack.hub.faults.add({ kind: 'slow', bytesPerSecond: CONTENT.length / 600 });
      return startEmpty();
    },
  },
  verifying: { line: 'state verifying', enter: startEmpty },
  'waiting-for-engines': {
    line: 'state waiting-for-engines',
    enter: async () => {
      await stack.docker('kill', await stack.container(ENGINE));
      return start();
    },
  },
  registering: {
    line: 'state registering',
    enter: async () => {
      await stack.docker('kill', await stack.container('coordinator'));
      return start();
    },
  },
  ready: { line: 'state ready', enter: start },
  draining: {
    line: 'state draining',
    enter: async (killed) => {
      await start();
      await stack.ready();
      // the worker stays in this state while a request is in flight
      const answers = await keepAnswering(stack.ports.engine, MODEL, killed);
      await stack.docker('kill', '--signal', 'TERM', await stack.container(WORKER));
      return answers;
    },
  },
};

test.each(Object.keys(CASES))(
  'a worker killed while %s is ready after the next up, with a valid store',
  async (state) => {
    const { line, enter } = CASES[state]!;
    const worker = await stack.container(WORKER);
    await stack.docker('stop', worker);
    const since = new Date().toISOString();
    const killing = killAt(line, worker, since);
    const answers = await enter(killing);
    await killing;
    expect((await answers?.incomplete()) ?? []).toEqual([]);
    stack.hub.faults.clear();
    expect(await stack.docker('inspect', '--format', '{{.State.Running}}', worker)).toBe('false');

    expect(await stack.rma('up')).toMatchObject({ code: 0 });
    await stack.ready();
    expect((await stack.chat()).status).toBe(200);
    const file = `/models/huggingface/hub/models--${REPO.replace('/', '--')}/snapshots/*/${GGUF}`;
    expect(await stack.inVolume(`sha256sum ${file} | cut -d' ' -f1; ls -A /models/.rma/staging`)).toBe(
      SHA256,
    );
  },
);

async function start(): Promise<undefined> {
  await stack.docker('start', await stack.container(WORKER));
}

async function startEmpty(): Promise<undefined> {
  await stack.inVolume('rm -rf /models/* /models/.rma');
  await start();
}

/** Kills the container as soon as its log since then contains the line. */
async function killAt(line: string, container: string, since: string): Promise<void> {
  const events = stack.follow('events', '--since', since, '--filter', `container=${container}`);
  await events.line('container start');
  const log = stack.follow('logs', '--follow', '--since', since, container);
  await log.line(line);
  await stack.docker('kill', container);
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { ENGINE, GGUF, REPO, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const CONTENT = tinyGguf({ bytes: 6 * 1024 * 1024 });
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

// All tests share one stack, which is ready before and after each test.
let stack: Stack;
const cleaners: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const repos = { [REPO]: { files: { [GGUF]: CONTENT } } };
  stack = await startStack({ hub: { repos } }, (clean) => cleaners.push(clean));
  await stack.up();
});
afterAll(async () => {
  for (const clean of cleaners) await clean();
});

/** For each state: the log line of the worker, and how to get there. */
const CASES: Readonly<Record<string, { readonly line: string; readonly enter: () => Promise<unknown> }>> = {
  checking: { line: 'started, rma', enter: async () => start() },
  downloading: {
    line: 'state downloading',
    enter: async () => {
      stack.hub.faults.add({ kind: 'slow', bytesPerSecond: CONTENT.length / 4 });
      await startEmpty();
    },
  },
  verifying: { line: 'state verifying', enter: async () => startEmpty() },
  'waiting-for-engines': {
    line: 'state waiting-for-engines',
    enter: async () => {
      await stack.docker('kill', await stack.container(ENGINE));
      await start();
    },
  },
  registering: {
    line: 'state registering',
    enter: async () => {
      await stack.docker('kill', await stack.container('coordinator'));
      await start();
    },
  },
  ready: { line: 'state ready', enter: async () => start() },
  draining: {
    line: 'state draining',
    enter: async () => {
      await start();
      await stack.ready();
      // the worker stays in this state until the response is complete
      stack.chat({ max_tokens: 1900, ignore_eos: true }).catch(() => undefined);
      await stack.docker('kill', '--signal', 'TERM', await stack.container(WORKER));
    },
  },
};

test.each(Object.keys(CASES))(
  'a worker killed while %s is ready after the next up, with a valid store',
  async (state) => {
    const { line, enter } = CASES[state]!;
    const worker = await stack.container(WORKER);
    await stack.docker('stop', worker);
    await Promise.all([killAt(line, worker), enter()]);
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

const start = async () => stack.docker('start', await stack.container(WORKER));

async function startEmpty(): Promise<void> {
  await stack.inVolume('rm -rf /models/* /models/.rma');
  await start();
}

/** Kills the container as soon as its log contains the line. */
async function killAt(line: string, container: string): Promise<void> {
  const args = ['logs', '--follow', '--since', new Date().toISOString(), container];
  for (;;) {
    const child = spawn('docker', args, { env: engineEnv(), stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      for await (const said of createInterface({ input: child.stderr })) {
        if (said.includes(line)) return void (await stack.docker('kill', container));
      }
    } finally {
      child.kill();
    }
  }
}

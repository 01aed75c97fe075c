import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { builtRma, start } from '../helpers/cli/spawn-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { modelOf } from '../helpers/store/ollama-fixture.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

let dir = '';
let store = '';
beforeEach(async () => {
  dir = tempFolder();
  store = join(dir, 'store');
  const hub = await hubForTest({ ollama: { 'library/tiny:latest': modelOf('{}') } });
  const fetcher = testFetcher(store, hub.endpoint);
  await fetcher.fetch([await fetcher.resolve('ollama:tiny')]);
});

interface Serving {
  /** the lines until the one with the command to download */
  readonly lines: readonly string[];
  /** sends Ctrl-C, and returns the exit code and the rest of the output */
  stop(): Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly rest: readonly string[];
  }>;
}

/** Starts `rma models serve` on a free port, until the end of the test. */
async function serve(...args: readonly string[]): Promise<Serving> {
  const child = start(builtRma('models', 'serve', '--dest', store, ...args), {
    cwd: dir,
    env: { HOME: dir },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const stdout = text(child.stdout);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr });
  await new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      lines.push(line);
      if (line.includes('to download:')) resolve();
    });
    reader.on('close', resolve);
  });
  const { length } = lines;
  return {
    lines: lines.slice(0, length),
    async stop() {
      const ended = once(child, 'close');
      child.kill('SIGINT');
      const [code] = await ended;
      return { code, stdout: await stdout, rest: lines.slice(length) };
    },
  };
}

const rma = (...argv: readonly string[]) => runRma(argv, { cwd: dir, env: { HOME: dir } });

const pull = (from: string, ...args: readonly string[]) =>
  rma('models', 'pull', 'ollama:tiny', '--dest', join(dir, 'copy'), '--offline', '--from', from, ...args);

it('warns of a store without models', async () => {
  mkdirSync(join(dir, 'empty'));
  const serving = await serve('--listen', '127.0.0.1:0', '--dest', join(dir, 'empty'));
  expect(serving.lines.join('\n')).toMatch(
    /warning.*no complete and verified model.*rma models pull MODEL --dest/s,
  );
  expect((await serving.stop()).code).toBe(130);
});

it('serves a directory on loopback without a token, until Ctrl-C', async () => {
  const serving = await serve('--listen', '127.0.0.1:0', '-v');
  const port = /on http:\/\/127\.0\.0\.1:(\d+)$/.exec(serving.lines[0] ?? '')?.[1];
  expect(serving.lines).toEqual([
    expect.stringContaining('serving 1 model (293 KiB) on'),
    expect.stringMatching(/model: ollama:tiny$/),
    expect.stringMatching(
      new RegExp(`to download: rma models pull ollama:tiny --from 127\\.0\\.0\\.1:${port}$`),
    ),
  ]);
  expect(await pull(`127.0.0.1:${port}`)).toMatchObject({ exitCode: 0 });
  expect(readdirSync(join(dir, 'copy/ollama/blobs'))).toEqual(readdirSync(join(store, 'ollama/blobs')));
  const { code, stdout, rest } = await serving.stop();
  expect([code, stdout]).toEqual([130, '']);
  expect(rest.some((line) => line.includes('GET /v1/models?ref=ollama%3Atiny'))).toBe(true);
  expect(rest.join('\n')).not.toMatch(/error|at .*\(/);
});

it('prints the first references of many models, and how many more there are', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [`m${String(at).padStart(2, '0')}.gguf`, tinyGguf({ seed: at })]),
  );
  const hub = await hubForTest({ files });
  const fetcher = testFetcher(store, hub.endpoint);
  const models = await Promise.all(
    Object.keys(files).map((name) => fetcher.resolve(`${hub.endpoint}/files/${name}`)),
  );
  await fetcher.fetch(models);
  const { lines } = await serve('--listen', '127.0.0.1:0');
  expect(lines).toEqual([
    expect.stringContaining('serving 13 models'),
    ...models.slice(0, 10).map(({ ref }) => expect.stringMatching(new RegExp(`model: ${ref}$`))),
    expect.stringMatching(/ and 3 more$/),
    expect.stringContaining('to download: rma models pull MODEL --from 127.0.0.1:'),
  ]);
});

it('points to the option for its token if it gets that of the hub', async () => {
  writeFileSync(join(dir, 'token'), 'a-token-of-16-letters');
  const { lines } = await serve('--listen', '127.0.0.1:0', '--token-file', 'token');
  expect(lines.join('\n')).toMatch(
    /--token-file sets the token for the Hugging Face hub.*\n.*--serve-token-file FILE/,
  );
  const own = await serve('--listen', '127.0.0.1:0', '--serve-token-file', 'token');
  expect(own.lines.join('\n')).not.toContain('Hugging Face');
});

it('creates a token and a certificate for any other address, keeps them, and prints no secret', async () => {
  const serving = await serve('--listen', '0.0.0.0:0', '-v');
  const [, fingerprint = ''] = /fingerprint: (SHA256:[0-9a-f]{64})/.exec(serving.lines.join('\n')) ?? [];
  const [, port = ''] = /on https:\/\/[^:]+:(\d+)/.exec(serving.lines.join('\n')) ?? [];
  const [, tokenFile = ''] = /token: (\/.*)/.exec(serving.lines.join('\n')) ?? [];
  const token = readFileSync(tokenFile, 'utf8').trim();
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
  expect(statSync(join(tokenFile, '..')).mode & 0o777).toBe(0o700);
  const from = `127.0.0.1:${port}#${fingerprint}`;
  expectFault(await pull(from, '--progress', 'none'), {
    code: 'RMA_PEER_DENIED',
    exitCode: 4,
    words: ['--peer-token-file'],
  });
  expectFault(await pull(`https://127.0.0.1:${port}`, '--peer-token-file', tokenFile, '--progress', 'none'), {
    code: 'RMA_HUB_UNTRUSTED_CERTIFICATE',
    exitCode: 1,
    words: ['#SHA256:FINGERPRINT', '--ca-file'],
  });
  expectFault(
    await pull(
      `127.0.0.1:${port}#SHA256:${'0'.repeat(64)}`,
      '--peer-token-file',
      tokenFile,
      '--progress',
      'none',
    ),
    {
      code: 'RMA_PEER_FINGERPRINT',
      exitCode: 6,
      words: [fingerprint],
    },
  );
  expect(await pull(from, '--peer-token-file', tokenFile)).toMatchObject({ exitCode: 0 });
  const { rest } = await serving.stop();
  const key = readFileSync(join(tokenFile, '../key.pem'), 'utf8').split('\n')[1] ?? '';
  const output = [...serving.lines, ...rest].join('\n');
  expect(output).not.toContain(token);
  expect(output).not.toContain(key);
  const again = await serve('--listen', '0.0.0.0:0');
  expect(again.lines.join('\n')).toContain(fingerprint);
  expect(again.lines.join('\n')).not.toContain(token);
});

it('its certificate is also valid as a CA file, for the names and addresses of the machine', async () => {
  const serving = await serve('--listen', '0.0.0.0:0');
  const [, port = ''] = /on https:\/\/[^:]+:(\d+)/.exec(serving.lines.join('\n')) ?? [];
  const [, tokenFile = ''] = /token: (\/.*)/.exec(serving.lines.join('\n')) ?? [];
  const args = ['--peer-token-file', tokenFile, '--ca-file', join(tokenFile, '../cert.pem')];
  expect(await pull(`https://localhost:${port}`, ...args)).toMatchObject({ exitCode: 0 });
});

it.each([
  ['http://10.0.0.1:7701', 'http:// only for this machine'],
  ['box1:99999', 'HOST[:PORT]'],
  ['box1#SHA256:abc', 'HOST[:PORT]'],
  ['box1/path', 'HOST[:PORT]'],
])('does not accept --from %s', async (from, words) => {
  expectFault(await pull(from), { code: 'RMA_CONFIG_INVALID', exitCode: 2, words: [words] });
});

it('refuses options that cannot be used', async () => {
  const file = join(dir, 'token');
  writeFileSync(file, 'short');
  const cases: readonly (readonly [readonly string[], string, number])[] = [
    [['--listen', 'box1'], 'RMA_USAGE_INVALID_VALUE', 2],
    [['--listen', '127.0.0.1:70000'], 'RMA_USAGE_INVALID_VALUE', 2],
    [['--cert', file], 'RMA_USAGE_INVALID', 2],
    [['--cert', file, '--key', file], 'RMA_SERVE_CERTIFICATE', 2],
    [['--serve-token-file', file], 'RMA_SERVE_TOKEN', 2],
    [['--serve-token-file', join(dir, 'missing')], 'RMA_SERVE_TOKEN', 2],
  ];
  for (const [args, code, exitCode] of cases) {
    expectFault(await rma('models', 'serve', '--dest', store, ...args), { code, exitCode });
  }
  const missing = await rma('models', 'serve', '--dest', join(dir, 'missing'));
  expectFault(missing, { code: 'RMA_SERVE_NO_STORE', exitCode: 1, words: [join(dir, 'missing')] });
});

it('names a port that is in use, and an address of another machine', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : 0;
  expectFault(await rma('models', 'serve', '--dest', store, '--listen', `127.0.0.1:${port}`), {
    code: 'RMA_SERVE_PORT_TAKEN',
    exitCode: 3,
    words: [`127.0.0.1:${port}`, '--listen'],
  });
  expectFault(await rma('models', 'serve', '--dest', store, '--listen', '192.0.2.1:7701'), {
    code: 'RMA_SERVE_ADDRESS',
    exitCode: 3,
    words: ['192.0.2.1:7701'],
  });
});

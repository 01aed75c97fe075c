import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { judgeFile, judgeProgram } from '../helpers/judges/judge-program.ts';
import { type Contestant, type Measured, measure } from './contest.ts';

/** What a client fetches. */
export interface Request {
  readonly endpoint: string;
  /** a repository, or `library/NAME` of an Ollama registry */
  readonly repo: string;
  /** names of the files in it, for programs that fetch URLs */
  readonly files: readonly string[];
  /** the first of them on the disk of the server */
  readonly servedFile: string;
  /** a certificate to trust, PEM */
  readonly authority: string;
}

/** One client. */
export interface Client {
  readonly name: string;
  /** Fetches everything into a directory. */
  readonly fetch: (directory: string, request: Request) => Promise<Measured>;
}

type Arguments = (directory: string, request: Request) => readonly [string, ...string[]];

const rmaPull = (ref: string, directory: string): [string, ...string[]] => [
  process.execPath,
  'dist/cli/main.js',
  'models',
  'pull',
  ref,
  '--dest',
  directory,
  '-q',
];

export const rma = client('rma models pull, verified', (directory, { repo }) =>
  rmaPull(`hf:${repo}`, directory),
);

export const hf = client('hf download, without hf_xet', hfArguments, { HF_HUB_DISABLE_XET: '1' });

export const hfXet = client('hf download, with hf_xet', hfArguments);

function hfArguments(directory: string, { repo }: Request): [string, ...string[]] {
  return [judgeProgram('hf2', 'hf'), 'download', repo, '--cache-dir', directory, '--quiet'];
}

export const hubJs = client('@huggingface/hub', (directory, { endpoint, repo, files }) => [
  process.execPath,
  'test/bench/programs/hugging-face-js.mjs',
  judgeFile('huggingface-hub', 'node_modules/@huggingface/hub/dist/index.mjs'),
  endpoint,
  repo,
  directory,
  ...files,
]);

export const curl = client('curl', (directory, request) => [
  judgeProgram('curl', 'curl'),
  '-sSL',
  '--no-progress-meter',
  '--parallel',
  ...request.files.flatMap((file) => ['-o', join(directory, file), urlOf(request, file)]),
]);

export const aria2 = client('aria2c -x16 -s16 -k1M', (directory, request) => [
  judgeProgram('aria2', 'aria2c'),
  '-x16',
  '-s16',
  '-k1M',
  '-q',
  '-Z',
  '--file-allocation=none',
  `--ca-certificate=${request.authority}`,
  '-d',
  directory,
  ...request.files.map((file) => urlOf(request, file)),
]);

/** The rate at which one core hashes the file on disk, which limits every client that verifies. */
export const sha256 = client('openssl sha256 of the file on disk, one core', (_, { servedFile }) => [
  'openssl',
  'dgst',
  '-sha256',
  servedFile,
]);

export const rmaOllama = client('rma models pull, verified', (directory, { repo }) =>
  rmaPull(`ollama:${repo.replace('library/', '')}`, directory),
);

/** Its server downloads, so it is started before and measured with the client. */
export const ollama: Client = {
  name: 'ollama pull, verified',
  fetch: async (directory, request) => {
    const env = { ...process.env, HOME: directory, OLLAMA_MODELS: join(directory, 'models') };
    const program = judgeProgram('ollama', 'ollama');
    const server = spawn(program, ['serve'], {
      env: { ...env, OLLAMA_HOST: '127.0.0.1:0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const closed = once(server, 'close');
    try {
      const host = await addressOf(server.stderr);
      const model = `${new URL(request.endpoint).host}/${request.repo}`;
      const argv = [program, 'pull', '--insecure', model] as const;
      return await measure({
        name: 'ollama',
        argv,
        env: { ...env, OLLAMA_HOST: host },
        server: server.pid,
      });
    } finally {
      server.kill('SIGTERM');
      await closed;
    }
  },
};

function client(name: string, argv: Arguments, variables: NodeJS.ProcessEnv = {}): Client {
  return {
    name,
    fetch: (directory, request) => {
      const contestant: Contestant = {
        name,
        argv: argv(directory, request),
        env: {
          ...process.env,
          HF_ENDPOINT: request.endpoint,
          RMA_OLLAMA_ENDPOINT: request.endpoint,
          HF_HUB_DISABLE_UPDATE_CHECK: '1',
          HOME: directory,
          SSL_CERT_FILE: resolve(request.authority),
          CURL_CA_BUNDLE: resolve(request.authority),
          NODE_EXTRA_CA_CERTS: resolve(request.authority),
          ...variables,
        },
      };
      return measure(contestant);
    },
  };
}

function urlOf({ endpoint, repo }: Request, file: string): string {
  return `${endpoint}/${repo}/resolve/main/${file}`;
}

/** The address that an Ollama server logs when it has started. */
function addressOf(log: NodeJS.ReadableStream): Promise<string> {
  return new Promise((found, failed) => {
    let text = '';
    log.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const address = /Listening on (127\.0\.0\.1:\d+)/.exec(text)?.[1];
      if (address !== undefined) found(address);
    });
    log.on('end', () => failed(new Error(`ollama ended: ${text}`)));
  });
}

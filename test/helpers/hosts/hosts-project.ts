import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Hub, startHub } from '../../hub/hub.ts';
import { quickstartRepos } from '../../hub/quickstart-repos.ts';
import type { LoggedRequest } from '../../hub/request-log.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';
import { mistralRepo } from '../../standins/gpu-models.ts';
import type { AtEnd } from '../at-end.ts';
import { tempFolder } from '../files/temp-folder.ts';
import { CHECKOUT, runProgram, type ScriptResult } from '../stack/engine-script.ts';
import type { TestHost } from './test-host.ts';

/** The address of the machine of the user in the network of the hosts. */
const USER_IP = '10.77.0.1';

const REPOS = { ...quickstartRepos(), 'test/mistral': mistralRepo() };
const SIZE = tinyGguf({ name: 'qwen2.5-0.5b-instruct stand-in' }).length;

/** The output of `rma up --json` over hosts. */
export interface UpOverHosts {
  readonly hosts: readonly {
    readonly host: string;
    readonly changed?: boolean;
    readonly endpoints: readonly {
      readonly service: string;
      readonly url: string;
      readonly chatPath: string | null;
    }[];
    readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
  }[];
  readonly operations: readonly { readonly kind: string }[];
  readonly checks: readonly { readonly code: string; readonly message: string }[];
}

/** A project of a user with several hosts, and a hub that all of them reach. */
export interface HostsProject {
  /** the directory with rma.yaml */
  readonly dir: string;
  readonly hub: Hub;
  readonly atEnd: AtEnd;
  /** the environment of rma */
  readonly env: NodeJS.ProcessEnv;
  /** Runs the built rma in the directory. A non-zero exit code is not an error. */
  readonly rma: (...args: readonly string[]) => Promise<ScriptResult>;
  /** Runs rma, which must succeed, and returns what it prints with `--json`. */
  readonly json: <Document>(...args: readonly string[]) => Promise<Document>;
  /** how many times the hub has sent the model file, by its bytes; the plan reads only the start, by a range */
  readonly filesSent: () => number;
  /** Returns that for one host. */
  readonly filesSentTo: (host: ProjectHost) => number;
  /** Writes rma.yaml with these hosts, and further lines. */
  readonly write: (hosts: readonly ProjectHost[], ...lines: readonly string[]) => void;
}

/** A host, and further settings of it, such as `bind: 127.0.0.1`. */
export interface ProjectHost extends Pick<TestHost, 'ip' | 'ssh'> {
  readonly name: string;
  readonly settings?: readonly string[];
}

/** Returns a host with its own settings in rma.yaml. */
export function withSettings({ name, ip, ssh }: TestHost, ...own: readonly string[]): ProjectHost {
  return { name, ip, ssh, settings: own };
}

/** Creates a project. Its services end with their hosts. */
export async function hostsProject(
  hosts: readonly ProjectHost[],
  ...lines: readonly string[]
): Promise<HostsProject> {
  return openProject(onTestFinished, hosts, ...lines);
}

/** Like `hostsProject`, for the tests of a file. */
export async function openProject(
  atEnd: AtEnd,
  hosts: readonly ProjectHost[],
  ...lines: readonly string[]
): Promise<HostsProject> {
  const dir = tempFolder(atEnd);
  const hub = await startHub({ repos: REPOS, hosts: [USER_IP] });
  atEnd(() => hub.close());
  const env = { ...process.env, HF_TOKEN: '', HF_HOME: join(dir, 'home'), HF_ENDPOINT: hub.endpoint };
  const rma = (...args: readonly string[]) =>
    runProgram(process.execPath, [join(CHECKOUT, 'dist/cli/main.js'), '--dir', dir, ...args], env);
  const write: HostsProject['write'] = (named, ...more) =>
    writeFileSync(join(dir, 'rma.yaml'), `${[...settings(named), ...more].join('\n')}\n`);
  write(hosts, ...lines);
  return {
    dir,
    hub,
    atEnd,
    env,
    rma,
    write,
    filesSent: () => filesIn(downloadsFrom(hub)),
    filesSentTo: ({ ip }) => filesIn(downloadsFrom(hub).filter(({ from }) => from === ip)),
    json: async <Document>(...args: readonly string[]) => {
      const { code, stdout, stderr } = await rma(...args, '--json');
      if (code !== 0) throw new Error(`rma ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
      return JSON.parse(stdout) as Document;
    },
  };
}

/** Requests of hosts; plans read only the start of a file. */
function downloadsFrom(hub: Hub): readonly LoggedRequest[] {
  return hub.log.contentRequests().filter(({ from }) => from !== USER_IP);
}

function filesIn(requests: readonly LoggedRequest[]): number {
  return requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0) / SIZE;
}

function settings(hosts: readonly ProjectHost[]): readonly string[] {
  const entries = hosts.map(({ name, ssh, ip, settings: own = [`bind: ${ip}`] }) => {
    return `  ${name}: { ${[`address: "${ssh}"`, ...own].join(', ')} }`;
  });
  return ['project: fleet', 'hosts:', ...entries];
}

interface ProfileOptions {
  /** lines such as `min_gpu_memory: 40GB` */
  readonly needs?: readonly string[];
  /** services with different contexts are not shared between profiles */
  readonly context: number;
}

/** Writes `profiles/NAME.yaml`: a llama-server with the model of the quickstart. */
export function writeProfile(
  { dir }: Pick<HostsProject, 'dir'>,
  name: string,
  { needs = [], context }: ProfileOptions,
): void {
  mkdirSync(join(dir, 'profiles'), { recursive: true });
  const service = [
    'services:',
    '  - engine: llamacpp',
    '    models: [qwen2.5-0.5b-instruct]',
    `    context: ${context}`,
  ];
  writeFileSync(
    join(dir, `profiles/${name}.yaml`),
    `${['description: a test', ...needs, ...service].join('\n')}\n`,
  );
}

/** Returns the status of a chat request to a published engine. */
export async function chat(url: string): Promise<number> {
  const messages = [{ role: 'user', content: 'Hello' }];
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'qwen2.5-0.5b-instruct', messages, max_tokens: 4 }),
  });
  await answer.text();
  return answer.status;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { judgeProgram } from '../helpers/judges/judges.ts';
import { type ProcessResult, runWithInput } from '../helpers/process/run-process.ts';
import { freePort } from '../helpers/stack/free-port.ts';

/** A real control plane without nodes: etcd, kube-apiserver, kube-controller-manager and kube-scheduler, on loopback. */
export interface Cluster {
  /** file with the context `admin`, and `reader`, whose user may do nothing */
  readonly kubeconfig: string;
  /** Runs kubectl as the administrator. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<ProcessResult>;
  /** Runs kubectl, and returns its output. Throws if it fails. */
  readonly ask: (args: readonly string[], input?: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const READY_SECONDS = 240;

/** Starts a control plane and waits until it answers and the default namespace has its ServiceAccount. */
export async function startCluster(): Promise<Cluster> {
  const home = mkdtempSync(join(tmpdir(), 'rma-cluster-'));
  const children: Program[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await child.stop();
    rmSync(home, { recursive: true });
  };
  const [etcdPort, peerPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const kubeconfig = join(home, 'kubeconfig');
  writeCredentials(home, kubeconfig, `https://127.0.0.1:${apiPort}`);
  const start = (program: string, args: readonly string[]) => children.push(new Program(home, program, args));
  start('etcd', etcdArguments(home, etcd, `http://127.0.0.1:${peerPort}`));
  start('kube-apiserver', apiServerArguments(home, etcd, apiPort));
  const kubectl = (args: readonly string[], input = ''): Promise<ProcessResult> =>
    runWithInput([judgeProgram('kubectl', 'kubectl'), '--kubeconfig', kubeconfig, ...args], input, {
      HOME: home,
    });
  const ask = async (args: readonly string[], input = ''): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  try {
    await answers(children, () => kubectl(['get', '--raw', '/readyz']));
    const common = ['--kubeconfig', kubeconfig, '--leader-elect=false', '--secure-port=0'];
    // nodes of tests send no heartbeats
    const controllers = '*,-node-lifecycle-controller,-node-ipam-controller';
    const key = join(home, 'service-accounts.key');
    start('kube-controller-manager', [
      ...common,
      `--controllers=${controllers}`,
      `--service-account-private-key-file=${key}`,
    ]);
    start('kube-scheduler', common);
    await answers(children, () => kubectl(['get', 'serviceaccount', 'default']));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, kubectl, ask, stop };
}

function etcdArguments(home: string, client: string, peer: string): readonly string[] {
  return [
    ...['--data-dir', join(home, 'etcd'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...[
      '--listen-peer-urls',
      peer,
      '--initial-advertise-peer-urls',
      peer,
      '--initial-cluster',
      `default=${peer}`,
    ],
  ];
}

function apiServerArguments(home: string, etcd: string, port: number): readonly string[] {
  return [
    `--etcd-servers=${etcd}`,
    `--cert-dir=${join(home, 'certificates')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(home, 'service-accounts.key')}`,
    `--service-account-signing-key-file=${join(home, 'service-accounts.key')}`,
    `--token-auth-file=${join(home, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
  ];
}

function writeCredentials(home: string, kubeconfig: string, server: string): void {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  writeFileSync(join(home, 'service-accounts.key'), privateKey);
  writeFileSync(join(home, 'tokens.csv'), 'admin-token,admin,1,system:masters\nreader-token,reader,2\n');
  const names = ['admin', 'reader'];
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: names.map((name) => ({ name, user: { token: `${name}-token` } })),
    contexts: names.map((name) => ({ name, context: { cluster: 'test', user: name } })),
  };
  writeFileSync(kubeconfig, stringify(config));
}

/** Asks again until a command succeeds. A program that ended is an error. */
async function answers(children: readonly Program[], ask: () => Promise<ProcessResult>): Promise<void> {
  const end = Date.now() + READY_SECONDS * 1000;
  for (;;) {
    const { code, stderr } = await ask();
    if (code === 0) return;
    for (const child of children) child.throwIfEnded();
    if (Date.now() > end) throw new Error(`the control plane is not ready: ${stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A program of the control plane, with its log. */
class Program {
  readonly #name: string;
  readonly #log: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(home: string, name: string, args: readonly string[]) {
    this.#name = name;
    this.#log = join(home, `${name}.log`);
    const path = judgeProgram(name === 'etcd' ? 'etcd' : 'kubernetes', name);
    this.#child = spawn(path, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: home },
    });
    const log = createWriteStream(this.#log);
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.pipe(log, { end: false });
    this.#closed = once(this.#child, 'close');
  }

  throwIfEnded(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) return;
    throw new Error(`${this.#name} ended: ${readFileSync(this.#log, 'utf8').slice(-2000)}`);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

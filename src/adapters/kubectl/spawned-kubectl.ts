import * as z from 'zod/mini';
import { type KubernetesObject, kubernetesObject, objectName } from '../../core/cluster/kubernetes-object.ts';
import type { LogPlace } from '../../core/cluster/workload-fault.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { lastLine } from '../../core/last-line.ts';
import { jsonOrNull, type Schema } from '../../core/schema/parse.ts';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';
import type { Applied, ApplyOptions, Kubectl, ObjectSelection } from '../../ports/kubectl.ts';
import { isForbidden, kubectlFault } from './kubectl-fault.ts';

/** A cluster in another region takes seconds for dozens of objects. */
const TIMEOUT_MS = 120_000;
/** The first release in which server-side apply is stable. */
const OLDEST_MINOR = 22;
const FIELD_MANAGER = 'rma';

/** Where kubectl finds the cluster; null: as its own configuration says. */
export interface ClusterAddress {
  readonly kubeconfig: string | null;
  readonly context: string | null;
}

const clientVersion: Schema<{ readonly clientVersion: { readonly gitVersion: string } }> = z.object({
  clientVersion: z.object({ gitVersion: z.string() }),
});
const objectList: Schema<{ readonly items: readonly KubernetesObject[] }> = z.object({
  kind: z.literal('List'),
  items: z.array(kubernetesObject),
});

/** The user's own `kubectl`, which has their credentials. */
export class SpawnedKubectl implements Kubectl {
  readonly #runner: Pick<CommandRunner, 'run'>;
  readonly #flags: readonly string[];

  constructor(runner: Pick<CommandRunner, 'run'>, { kubeconfig, context }: ClusterAddress) {
    this.#runner = runner;
    this.#flags = [
      ...(kubeconfig === null ? [] : ['--kubeconfig', kubeconfig]),
      ...(context === null ? [] : ['--context', context]),
    ];
  }

  async version(): Promise<string> {
    const outcome = await this.#run(['version', '--client', '--output', 'json']);
    const version = jsonOrNull(clientVersion, outcome.stdout)?.clientVersion.gitVersion;
    const minor = /^v1\.(\d+)/.exec(version ?? '')?.[1];
    if (version !== undefined && Number(minor) >= OLDEST_MINOR) return version;
    throw new RmaError('RMA_KUBECTL_OLD', `kubectl ${version ?? '(unknown version)'} is too old`, {
      exitCode: EXIT.notReady,
      hint: `install kubectl 1.${OLDEST_MINOR} or newer, at most one minor release from the cluster: https://kubernetes.io/docs/tasks/tools/`,
    });
  }

  async apply(manifests: string, { dryRun, forceConflicts, signal }: ApplyOptions): Promise<Applied> {
    const flags = [
      '--server-side',
      `--field-manager=${FIELD_MANAGER}`,
      ...(dryRun ? ['--dry-run=server'] : []),
      ...(forceConflicts ? ['--force-conflicts'] : []),
      ...['--output', 'json', '--filename', '-'],
    ];
    const outcome = await this.#run(['apply', ...flags], { stdin: manifests, signal });
    if (outcome.exitCode !== 0) throw kubectlFault('apply', outcome);
    const warnings = [...outcome.stderr.matchAll(/^Warning: (.+)$/gm)].map(([, text = '']) => text);
    return { objects: readObjects(outcome), warnings };
  }

  async existing(manifests: string): Promise<readonly KubernetesObject[]> {
    return this.#get(['--ignore-not-found', '--filename', '-'], manifests);
  }

  async list({ resources, namespace, selector }: ObjectSelection): Promise<readonly KubernetesObject[]> {
    const flags = ['--namespace', namespace, ...(selector === null ? [] : ['--selector', selector])];
    return this.#get([resources.join(','), ...flags]);
  }

  async nodes(): Promise<readonly KubernetesObject[] | null> {
    return this.#listed('nodes');
  }

  async volumes(): Promise<readonly KubernetesObject[]> {
    const kinds = ['persistentvolumes', 'storageclasses.storage.k8s.io'];
    // a user may be allowed to list one kind and not the other
    const lists = await Promise.all(kinds.map((kind) => this.#listed(kind)));
    return lists.flatMap((list) => list ?? []);
  }

  /** Returns the objects of a kind without a namespace, null if the user may not list them. */
  async #listed(kind: string): Promise<readonly KubernetesObject[] | null> {
    const outcome = await this.#run(['get', kind, '--output', 'json']);
    if (outcome.exitCode === 0) return readObjects(outcome);
    if (isForbidden(outcome)) return null;
    throw kubectlFault('get', outcome);
  }

  async mayChangeNamespace(namespace: string): Promise<boolean> {
    const outcome = await this.#run([
      'auth',
      'can-i',
      'patch',
      `namespaces/${namespace}`,
      '--namespace',
      namespace,
    ]);
    // an authorizer can add a reason: `no - requires …`
    const answer = /^(yes|no)\b/.exec(lastLine(outcome.stdout) ?? '')?.[1];
    if (answer !== undefined) return answer === 'yes';
    throw kubectlFault('auth can-i', outcome);
  }

  async missingSecrets(namespace: string, names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) return [];
    const flags = ['--namespace', namespace, '--ignore-not-found', '--output', 'name'];
    const outcome = await this.#run(['get', 'secret', ...names, ...flags]);
    if (isForbidden(outcome)) return [];
    if (outcome.exitCode !== 0) throw kubectlFault('get', outcome);
    const found = new Set(outcome.stdout.trim().split('\n'));
    return names.filter((name) => !found.has(`secret/${name}`));
  }

  async remove(namespace: string, objects: readonly KubernetesObject[], signal: AbortSignal): Promise<void> {
    if (objects.length === 0) return;
    const names = objects.map(objectName);
    const outcome = await this.#run(
      ['delete', '--namespace', namespace, '--ignore-not-found', '--wait', ...names],
      { signal, timeoutMs: null },
    );
    if (outcome.exitCode !== 0) throw kubectlFault('delete', outcome);
  }

  async lastLogLine(namespace: string, place: LogPlace): Promise<string | null> {
    const outcome = await this.#run(['logs', ...logArguments(namespace, place), '--tail', '1']);
    return outcome.exitCode === 0 ? lastLine(outcome.stdout) : null;
  }

  async followLog(
    namespace: string,
    place: LogPlace,
    { onLine, signal }: { readonly onLine: (line: string) => void; readonly signal: AbortSignal },
  ): Promise<void> {
    await this.#runner.run({
      argv: ['kubectl', ...this.#flags, 'logs', ...logArguments(namespace, place), '--follow'],
      onStdout: onLine,
      signal,
    });
  }

  async #get(args: readonly string[], stdin = ''): Promise<readonly KubernetesObject[]> {
    const outcome = await this.#run(['get', ...args, '--output', 'json'], { stdin });
    if (outcome.exitCode !== 0) throw kubectlFault('get', outcome);
    return readObjects(outcome);
  }

  async #run(
    args: readonly string[],
    { stdin = '', signal, timeoutMs = TIMEOUT_MS }: RunOptions = {},
  ): Promise<CommandOutcome> {
    return this.#runner.run({
      argv: ['kubectl', ...this.#flags, ...args],
      stdin,
      ...(signal !== undefined && { signal }),
      ...(timeoutMs !== null && { timeoutMs }),
    });
  }
}

interface RunOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** null: no limit */
  readonly timeoutMs?: number | null;
}

function logArguments(namespace: string, { pod, container, previous }: LogPlace): readonly string[] {
  return [pod, '--namespace', namespace, '--container', container, ...(previous ? ['--previous'] : [])];
}

/** kubectl prints one object as itself, several as a list, and nothing for none. */
function readObjects({ stdout }: CommandOutcome): readonly KubernetesObject[] {
  if (stdout.trim() === '') return [];
  const list = jsonOrNull(objectList, stdout);
  if (list !== null) return list.items;
  const object = jsonOrNull(kubernetesObject, stdout);
  if (object !== null) return [object];
  throw new RmaError('RMA_KUBECTL_FAILED', 'the output of kubectl could not be parsed', {
    hint: 'check that kubectl works: kubectl version',
  });
}

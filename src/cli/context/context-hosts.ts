import { LocalRunner } from '../../adapters/exec/local-runner.ts';

import { type ConnectedHost, type ProjectHost, projectHost } from '../../app/hosts/project-host.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import { parseHostAddress, type SshAddress } from '../../core/ssh-address.ts';
import { localHost } from './context-host.ts';
import { openSshHost } from './context-ssh.ts';

interface HostsParts {
  readonly config: RmaConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The machines of a project. Each is connected on first use, and once. */
export class ProjectHosts {
  readonly #parts: HostsParts;
  readonly #closing = new AbortController();
  readonly #connected = new Map<string, Promise<Connected>>();

  constructor(parts: HostsParts) {
    this.#parts = parts;
  }

  /** Returns a host of the configuration. @throws RmaError RMA_HOST_*, RMA_STATE_INVALID (2) */
  async open(name: string): Promise<ProjectHost> {
    const connected = this.#connected.get(name) ?? this.#connect(name);
    this.#connected.set(name, connected);
    return projectHost(this.#parts.config, await connected);
  }

  /** Makes the next `open` connect again to a host that could not be connected to. A connection that exists is kept. */
  async forget(name: string): Promise<void> {
    const isConnected = await this.#connected.get(name)?.then(
      () => true,
      () => false,
    );
    if (isConnected === false) this.#connected.delete(name);
  }

  /** Ends all connections, also those that are being opened. */
  async close(): Promise<void> {
    this.#closing.abort();
    const settled = await Promise.allSettled(this.#connected.values());
    await Promise.all(settled.map((each) => (each.status === 'fulfilled' ? each.value.close() : null)));
  }

  async #connect(name: string): Promise<Connected> {
    const { config, env } = this.#parts;
    const signal = AbortSignal.any([this.#parts.signal, this.#closing.signal]);
    const address = config.hosts[name]?.address ?? null;
    const target = address === null ? { kind: 'here' as const, env } : await this.#resolve(name, address);
    if (target.kind === 'here') {
      const host = { ...localHost(target.env), name };
      return { host, stateDir: config.stateDir, clockOffsetMs: 0, close: async () => undefined };
    }
    const { host, facts, close } = await openSshHost({ name, address: target, env, signal });
    const { stateHome, clockOffsetMs } = facts;
    return { host, stateDir: `${stateHome}/rma/${config.project}`, clockOffsetMs, close };
  }

  async #resolve(name: string, text: string): Promise<Target> {
    const address = parseHostAddress(text);
    if (address?.kind === 'ssh') return { ...address, kind: 'ssh' };
    const { env } = this.#parts;
    const context = address?.name ?? '';
    const argv = ['docker', 'context', 'inspect', '--format', '{{.Endpoints.docker.Host}}', context] as const;
    const outcome = await new LocalRunner(env).run({ argv: [...argv], timeoutMs: 60_000 });
    const endpoint = outcome.exitCode === 0 ? outcome.stdout.trim() : null;
    if (endpoint === null) throw unknownContext(name, context);
    if (endpoint.startsWith('unix://')) return { kind: 'here', env: { ...env, DOCKER_HOST: endpoint } };
    const ssh = parseHostAddress(endpoint);
    if (ssh?.kind === 'ssh') return { ...ssh, kind: 'ssh' };
    throw unusableContext(name, context, endpoint);
  }
}

interface Connected extends ConnectedHost {
  readonly close: () => Promise<void>;
}

type Target =
  | { readonly kind: 'here'; readonly env: HostsParts['env'] }
  | ({ readonly kind: 'ssh' } & SshAddress);

function unknownContext(host: string, context: string): RmaError {
  return new RmaError('RMA_HOST_CONTEXT', `${host}: there is no Docker context "${context}"`, {
    exitCode: EXIT.usage,
    hint: 'to list the contexts: docker context ls',
    details: { host },
  });
}

function unusableContext(host: string, context: string, endpoint: string): RmaError {
  return new RmaError(
    'RMA_HOST_CONTEXT',
    `${host}: the Docker context "${context}" has the endpoint ${endpoint}`,
    {
      exitCode: EXIT.usage,
      hint: shell`rma reads the GPUs and writes files over ssh: set address: ssh://USER@HOST for ${host}`,
      details: { host },
    },
  );
}

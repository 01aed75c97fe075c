import type { Agent } from 'node:http';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';

const DEFAULT = 'unix:///var/run/docker.sock';

/** The endpoint that the user's `docker` command talks to: DOCKER_HOST, else the current context. */
export async function dockerEndpoint(
  env: Readonly<Record<string, string | undefined>>,
  runner: CommandRunner,
): Promise<string> {
  const fromEnv = env['DOCKER_HOST'];
  if (fromEnv) return fromEnv;
  const argv = ['docker', 'context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'] as const;
  const outcome = await runner.run({ argv: [...argv], timeoutMs: 60_000 });
  return outcome.exitCode === 0 ? outcome.stdout.trim() || DEFAULT : DEFAULT;
}

/** How to reach an engine: an address as in DOCKER_HOST, or an agent that opens the connections. */
export type EngineEndpoint = string | AgentEndpoint;

export interface AgentEndpoint {
  /** for errors */
  readonly name: string;
  readonly agent: Agent & {
    /** why its last connection ended; null: it did not fail. Node reports a response that was cut off without its cause. */
    readonly fault: RmaError | null;
  };
}

export type Connection =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number }
  | { readonly host: string; readonly agent: Agent };

/** Returns the options of dockerode for an endpoint. @throws RmaError RMA_DOCKER_ENDPOINT exit 2 for an unsupported one */
export function connection(endpoint: EngineEndpoint): Connection {
  // the host is only the name in the requests
  if (typeof endpoint !== 'string') return { host: 'docker', agent: endpoint.agent };
  if (endpoint.startsWith('unix://')) return { socketPath: endpoint.slice('unix://'.length) };
  const tcp = /^tcp:\/\/([^:/]+):(\d+)$/.exec(endpoint);
  if (tcp?.[1] !== undefined) return { host: tcp[1], port: Number(tcp[2]) };
  throw new RmaError('RMA_DOCKER_ENDPOINT', `rma cannot use the Docker endpoint "${endpoint}"`, {
    exitCode: EXIT.usage,
    hint: 'run rma on that machine, or point DOCKER_HOST at a unix:// socket',
  });
}

/** Returns an endpoint for messages. */
export function endpointName(endpoint: EngineEndpoint): string {
  return typeof endpoint === 'string' ? endpoint : endpoint.name;
}

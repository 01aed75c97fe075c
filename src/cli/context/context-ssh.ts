import { systemClock } from '../../adapters/clock/system-clock.ts';
import { SpawnedDockerCli } from '../../adapters/docker-cli/docker-cli.ts';
import { ScheduleContainers } from '../../adapters/docker-cli/schedule-container.ts';
import { LocalRunner } from '../../adapters/exec/local-runner.ts';
import { packDirectory } from '../../adapters/exec/pack-directory.ts';
import { diskFiles } from '../../adapters/files/disk-files.ts';
import { NvidiaSmi } from '../../adapters/nvidia/nvidia-smi.ts';
import { EngineAgent } from '../../adapters/ssh/engine-agent.ts';
import { SshConnection } from '../../adapters/ssh/ssh-connection.ts';
import { SshFiles } from '../../adapters/ssh/ssh-files.ts';
import { SshHostFacts } from '../../adapters/ssh/ssh-host-facts.ts';
import { SshNames } from '../../adapters/ssh/ssh-names.ts';
import { SshPorts } from '../../adapters/ssh/ssh-ports.ts';
import { SshRunner } from '../../adapters/ssh/ssh-runner.ts';
import { type SshAddress, sshDestination } from '../../core/ssh-address.ts';
import type { Host } from '../../ports/host.ts';
import type { ServiceManager } from '../../ports/service-manager.ts';
import { lazyEngine, lazyImages } from './context-engine.ts';

/** A machine that rma works on over ssh. */
export interface SshHost {
  readonly host: Host;
  readonly facts: SshHostLogin;
  /** Ends the connection, and the programs that rma still runs there. The process cannot exit before. */
  close(): Promise<void>;
}

/** What the machine reports when rma logs in. */
export interface SshHostLogin {
  /** as the machine calls itself */
  readonly hostname: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** `$XDG_STATE_HOME` of the user there; ~/.local/state by default */
  readonly stateHome: string;
  /** how far the clock of the machine is ahead of this one, milliseconds */
  readonly clockOffsetMs: number;
}

interface SshHostRequest {
  /** in rma.yaml */
  readonly name: string;
  readonly address: SshAddress;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Connects to a machine over the `ssh` of this one, with the user's configuration, keys, agent, known hosts and jump hosts.
 * @throws RmaError RMA_HOST_* (1, 3), RMA_COMMAND_MISSING (3) without `ssh`
 */
export async function openSshHost({ name, address, env, signal }: SshHostRequest): Promise<SshHost> {
  const local = new LocalRunner(env);
  const { user, host, port } = address;
  const connection = await SshConnection.open({ target: { name, user, host, port }, local }, signal);
  try {
    const login = await loginOf(connection);
    const runner = new SshRunner({ connection, local });
    const agent = new EngineAgent(runner, connection.target);
    return {
      host: hostOf({ connection, local, login, runner, agent }),
      facts: login,
      close: async () => {
        // idle ones end with their input only, and the connection waits for them
        agent.destroy();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface HostParts {
  readonly connection: SshConnection;
  readonly local: LocalRunner;
  readonly login: SshHostLogin;
  readonly runner: SshRunner;
  readonly agent: EngineAgent;
}

function hostOf({ connection, local, login, runner, agent }: HostParts): Host {
  const { target } = connection;
  const files = new SshFiles(runner, target.name);
  const endpoint = async () => ({ name: `ssh://${sshDestination(target)}`, agent });
  return {
    name: target.name,
    engine: lazyEngine(endpoint),
    images: lazyImages(endpoint),
    docker: new SpawnedDockerCli(runner, (directory) => packDirectory(local, directory)),
    gpus: new NvidiaSmi(runner, { files }),
    facts: new SshHostFacts(runner),
    files,
    localFiles: diskFiles,
    ports: new SshPorts(runner),
    names: new SshNames(runner),
    services: NO_SERVICES,
    commands: runner,
    // timers and crontabs run rma, which is not installed there
    schedulers: [new ScheduleContainers(runner)],
    caller: { uid: login.uid, gid: login.gid },
  };
}

async function loginOf(connection: SshConnection): Promise<SshHostLogin> {
  const { facts } = connection;
  return {
    hostname: facts.get('hostname') ?? '',
    uid: Number(facts.get('uid')),
    gid: Number(facts.get('gid')),
    home: facts.get('home') ?? '',
    stateHome: facts.get('stateHome') ?? '',
    clockOffsetMs: await connection.clockOffsetMs(() => systemClock.now()),
  };
}

/** Units run rma, which is not installed on the machine. */
const NO_SERVICES: ServiceManager = {
  isPresent: async () => false,
  read: async () => null,
  pathOf: (unit) => unit,
  isEnabled: async () => false,
  install: async () => undefined,
  remove: async () => undefined,
};

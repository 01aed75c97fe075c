import type { RmaConfig } from '../../core/domain/config.ts';
import { COORDINATOR_SERVICE } from '../../core/domain/registration.ts';
import { RmaError } from '../../core/errors.ts';
import { clockText, MAX_CLOCK_MS } from '../../core/plan/host-checks.ts';
import { shell } from '../../core/shell-quote.ts';
import { formatBytes } from '../../core/units.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Reachability } from '../../ports/port-probe.ts';
import { readProjectState } from '../desired/project-state.ts';
import { probeGpus } from '../observe/probe-gpus.ts';
import { requireDocker } from '../observe/require-docker.ts';
import { addressOf } from './host-store.ts';
import { type HostResult, onHosts, type ProjectHost } from './project-host.ts';

/** One property of a host that rma needs. */
export interface HostCheck {
  /** what was tried */
  readonly check: 'ssh' | 'docker' | 'clock' | 'files' | 'gpus' | 'network';
  readonly state: 'ok' | 'warning' | 'failed';
  readonly text: string;
  /** of a check that is not ok */
  readonly hint?: string;
}

export interface TestRequest {
  readonly config: RmaConfig;
  readonly names: readonly string[];
  readonly open: (name: string) => Promise<ProjectHost>;
}

/** Checks machines: login, Docker, clock, files, GPUs, and whether they reach the addresses of each other. */
export async function testHosts(
  invocation: Pick<Invocation, 'signal'>,
  request: TestRequest,
): Promise<readonly HostResult<readonly HostCheck[]>[]> {
  const opened = await onHosts(request.names, request.open);
  const hosts = opened.flatMap((each) => (each.ok ? [each.value] : []));
  return onHosts(request.names, async (name) => {
    const own = await request.open(name);
    const checks = await Promise.all([
      attempt('docker', async () => `Docker Engine ${(await requireDocker(own.host)).version}`),
      attempt('files', async () => filesText(own)),
      attempt('gpus', async () => gpusText(own.host, invocation)),
      ...hosts
        .filter(({ host }) => host.name !== name)
        .map(async (other) => network(own, other, request.config)),
    ]);
    return [{ check: 'ssh', state: 'ok', text: 'connected' }, clockCheck(own), ...checks];
  });
}

async function attempt(check: HostCheck['check'], work: () => Promise<string>): Promise<HostCheck> {
  try {
    return { check, state: 'ok', text: await work() };
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const { message, hint } = error;
    return { check, state: 'failed', text: message, ...(hint !== undefined && { hint }) };
  }
}

function clockCheck({ host, clockOffsetMs }: ProjectHost): HostCheck {
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000);
  if (Math.abs(clockOffsetMs) <= MAX_CLOCK_MS)
    return { check: 'clock', state: 'ok', text: `${seconds} s from this machine` };
  return {
    check: 'clock',
    state: 'warning',
    text: `${clockText(clockOffsetMs)} this machine`,
    hint: shell`synchronize it: rma hosts exec --host ${host.name} -- sudo timedatectl set-ntp true`,
  };
}

/** Writes and removes a file where those of the project will be. */
async function filesText({ host, config }: ProjectHost): Promise<string> {
  const path = `${config.stateDir}/.test`;
  await host.files.write(path, '', 0o600);
  await host.files.remove(path);
  const free = await host.files.freeBytes(config.stateDir);
  return `${config.stateDir}${free === null ? '' : `, ${formatBytes(free)} free`}`;
}

async function gpusText(host: Host, invocation: Pick<Invocation, 'signal'>): Promise<string> {
  const { gpus, absence } = await probeGpus(host, invocation);
  if (gpus.length > 0) return gpus.map(({ name }) => name).join(', ');
  return absence === null ? 'no GPU' : `no usable GPU: ${absence.message}`;
}

/** Checks whether a host reaches the address that another one publishes its ports on. */
async function network(own: ProjectHost, other: ProjectHost, config: RmaConfig): Promise<HostCheck> {
  const { name } = other.host;
  const address = addressOf(other);
  if (address === null) {
    return {
      check: 'network',
      state: 'warning',
      text: `${name} publishes its ports on ${other.config.bind}, where no other host reaches them`,
      hint: `set an address of ${name} in rma.yaml: hosts: { ${name}: { bind: ADDRESS } }`,
    };
  }
  const { ports } = await readProjectState(other.host, other.config);
  const port = ports[COORDINATOR_SERVICE] ?? config.coordinator.port;
  const found = await own.host.ports.reach(address, port);
  return { check: 'network', ...REACHED[found](`${name} at ${address}`) };
}

const REACHED: Readonly<Record<Reachability, (target: string) => Omit<HostCheck, 'check'>>> = {
  open: (target) => ({ state: 'ok', text: `reaches ${target}` }),
  refused: (target) => ({ state: 'ok', text: `reaches ${target}` }),
  unknown: (target) => ({
    state: 'warning',
    text: `cannot check whether it reaches ${target}`,
    hint: 'install bash or nc there',
  }),
  unreachable: (target) => ({
    state: 'failed',
    text: `does not reach ${target}`,
    hint: 'check the address, the routes and the firewalls of both',
  }),
};

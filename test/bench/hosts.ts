import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contestant, type Measured, measure, median, printComparison } from './contest.ts';

const NAMES = ['h1', 'h2', 'h3'];
const SLOW = 'h3';
const RUNS = 15;
const SERVICES = 4;
const HOSTS = join(process.cwd(), 'scripts/hosts.sh');

/**
 * Compares `rma ps` on three machines with `rma ps` on each of them: first with equal machines, which share the processors of this
 * one, then with one that responds slowly. Runs where `scripts/hosts.sh` can start them, and leaves them to its end.
 */
export async function compareHosts(program: string): Promise<void> {
  execFileSync(HOSTS, ['start', ...NAMES], { stdio: 'ignore' });
  for (const name of NAMES) createServices(name);
  const directory = mkdtempSync(join(tmpdir(), 'rma-bench-'));
  const hosts = NAMES.map((name) => `  ${name}: { address: "ssh://root@${name}" }`);
  writeFileSync(join(directory, 'rma.yaml'), ['project: bench', 'hosts:', ...hosts, ''].join('\n'));
  const argv = [process.execPath, program, '--dir', directory, 'ps'] as const;
  try {
    await compare('rma ps over ssh', { argv, env: process.env });
    await compare(`rma ps over ssh, ${SLOW} starts each program a second late`, {
      argv,
      env: { ...process.env, PATH: `${slowSsh(directory)}:${process.env['PATH'] ?? ''}` },
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function compare(title: string, command: Pick<Contestant, 'argv' | 'env'>): Promise<void> {
  const all = { ...command, name: 'rma ps on three hosts' };
  const single = NAMES.map((name) => {
    return { ...command, name: `rma ps on ${name}`, argv: [...command.argv, '--host', name] as const };
  });
  const results = await measureInTurn([all, ...single]);
  printComparison({ title: `${title}, ${RUNS} runs`, bytes: null, results });
  const seconds = ({ name }: Contestant): number =>
    median((results.get(name) ?? []).map((run) => run.seconds));
  const ratio = seconds(all) / Math.max(...single.map(seconds));
  process.stdout.write(`\nThree hosts take ${ratio.toFixed(2)} times as long as the slowest of them.\n`);
}

/** Returns a directory with an `ssh` that waits before it reaches the slow host. */
function slowSsh(directory: string): string {
  const ssh = execFileSync('sh', ['-c', 'command -v ssh']).toString().trim();
  const script = `#!/bin/sh\ncase "$*" in *${SLOW}*) sleep 1 ;; esac\nexec ${ssh} "$@"\n`;
  writeFileSync(join(directory, 'ssh'), script, { mode: 0o755 });
  return directory;
}

async function measureInTurn(
  contestants: readonly Contestant[],
): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const results = new Map<string, Measured[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < RUNS; round++) {
    for (const each of round % 2 === 0 ? contestants : contestants.toReversed()) {
      results.get(each.name)?.push(await measure(each));
    }
  }
  return results;
}

/** Creates containers that `rma ps` lists, from an image that every host has. */
function createServices(host: string): void {
  const docker = (...args: readonly string[]): string =>
    execFileSync(HOSTS, ['in', host, 'docker', ...args]).toString();
  const [image = ''] = docker('images', '--quiet').split('\n');
  for (let at = 1; at <= SERVICES; at++) {
    const labels = { project: 'bench', service: `cpu-worker-${at}`, profile: 'cpu-worker' };
    const flags = Object.entries(labels).flatMap(([key, value]) => ['--label', `rma.${key}=${value}`]);
    docker('create', ...flags, image, 'true');
  }
}

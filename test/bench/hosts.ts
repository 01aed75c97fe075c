import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contestant, type Measured, measure, median, printComparison } from './contest.ts';

const NAMES = ['h1', 'h2', 'h3'];
const RUNS = 15;
const SERVICES = 4;
const HOSTS = join(process.cwd(), 'scripts/hosts.sh');

/**
 * Compares `rma ps` on three machines with `rma ps` on each of them. Runs where `scripts/hosts.sh` can start them, and leaves them to
 * its end.
 */
export async function compareHosts(program: string): Promise<void> {
  execFileSync(HOSTS, ['start', ...NAMES], { stdio: 'ignore' });
  for (const name of NAMES) createServices(name);
  const directory = mkdtempSync(join(tmpdir(), 'rma-bench-'));
  const hosts = NAMES.map((name) => `  ${name}: { address: "ssh://root@${name}" }`);
  writeFileSync(join(directory, 'rma.yaml'), ['project: bench', 'hosts:', ...hosts, ''].join('\n'));
  const ps = (name: string, ...options: readonly string[]): Contestant => {
    return {
      name,
      argv: [process.execPath, program, '--dir', directory, 'ps', ...options],
      env: process.env,
    };
  };
  const all = ps('rma ps on three hosts');
  const single = NAMES.map((name) => ps(`rma ps on ${name}`, '--host', name));
  try {
    const results = await measureInTurn([all, ...single]);
    printComparison({ title: `rma ps over ssh, ${RUNS} runs`, bytes: null, results });
    const seconds = ({ name }: Contestant): number =>
      median((results.get(name) ?? []).map((run) => run.seconds));
    const ratio = seconds(all) / Math.max(...single.map(seconds));
    process.stdout.write(`\nThree hosts take ${ratio.toFixed(2)} times as long as the slowest of them.\n`);
  } finally {
    rmSync(directory, { recursive: true });
  }
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

import { assignProfiles } from '../../src/core/hosts/assign-profiles.ts';
import type { AssignRequest, HostAssignment } from '../../src/core/hosts/assign-types.ts';
import { manyHosts } from '../helpers/builders/many-hosts.ts';
import { type Measured, printComparison } from './contest.ts';

const TITLE = 'Placement of 200 services on 20 hosts with 160 GPUs';
const RUNS = 7;

/** Compares the placement on many hosts with placing the same services on the same hosts one by one, where the hosts are given. */
export function comparePlans(only: readonly string[]): void {
  if (only.length > 0 && !only.some((text) => TITLE.includes(text))) return;
  const known = assignProfiles(manyHosts());
  const programs = new Map([
    ['rma chooses the hosts', () => void assignProfiles(manyHosts())],
    ['rma with the hosts given, one plan for each', () => placeOneByOne(known)],
  ]);
  const results = new Map<string, Measured[]>([...programs.keys()].map((name) => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    for (const [name, place] of programs) results.get(name)?.push(measure(place));
  }
  printComparison({ title: `${TITLE}, ${RUNS} runs in one process`, bytes: null, results });
}

function placeOneByOne({ profiles }: HostAssignment): void {
  const request = manyHosts();
  for (const host of request.hosts) {
    const own: AssignRequest = { ...request, hosts: [host], profiles: profiles.get(host.name) ?? [] };
    assignProfiles(own);
  }
}

function measure(work: () => void): Measured {
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
    memory: process.memoryUsage.rss() / 2 ** 20,
  };
}

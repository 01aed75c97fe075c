import { type ProjectHost, projectHost } from '../../../src/app/hosts/project-host.ts';
import type { HostsUpRequest } from '../../../src/app/up-hosts.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { configOf } from '../builders/render-builders.ts';
import { FakeHost } from './fake-host.ts';

/** Hosts of a project, with what does not respond. */
export class Rack {
  readonly hosts: ReadonlyMap<string, FakeHost>;
  readonly lost = new Set<string>();
  readonly opened: string[] = [];
  clockOffsetMs = 0;

  constructor(...names: readonly string[]) {
    this.hosts = new Map(names.map((name) => [name, new FakeHost(name)]));
  }

  request(over: Partial<HostsUpRequest> = {}): HostsUpRequest {
    const names = [...this.hosts.keys()];
    const config = configOf({
      hosts: Object.fromEntries(names.map((name) => [name, { address: `ssh://${name}`, bind: '10.0.0.1' }])),
      profiles: ['chat'],
      placement: { chat: { replicas: 'all', hosts: [], labels: {}, strategy: 'spread' } },
      ...over.config,
    });
    return {
      profiles: [],
      refresh: false,
      removeOrphans: false,
      replanLost: false,
      push: null,
      certificates: null,
      selected: names,
      open: async (name) => this.open(config, name),
      waitSeconds: 60,
      confirm: async () => undefined,
      show: () => undefined,
      ...over,
      config,
    };
  }

  running(name: string): readonly string[] {
    const { engine } = this.hosts.get(name)!;
    return engine.all.flatMap(({ service, state }) => (state === 'running' ? [service] : [])).sort();
  }

  private async open(config: HostsUpRequest['config'], name: string): Promise<ProjectHost> {
    this.opened.push(name);
    if (this.lost.has(name))
      throw new RmaError('RMA_HOST_UNREACHABLE', `cannot connect to ${name}`, { exitCode: 3 });
    const host = this.hosts.get(name)!;
    return projectHost(config, { host, stateDir: `/state/${name}`, clockOffsetMs: this.clockOffsetMs });
  }
}

import { createServer } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempFolder } from '../files/temp-folder.ts';

export interface StandinContainer {
  readonly service: string;
  readonly project?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly state?: 'running' | 'exited';
  readonly pids?: readonly number[];
}

/** An HTTP server that answers as a Docker Engine does about these containers. Returns its address for DOCKER_HOST. */
export async function standinEngine(containers: readonly StandinContainer[]): Promise<string> {
  const socket = join(tempFolder(), 'docker.sock');
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://docker').pathname.replace(/^\/v[\d.]+/, '');
    const [, id = '', what = ''] = /^\/containers\/([^/]+)\/(json|top)$/.exec(path) ?? [];
    const container = containers.find(({ service }) => service === id);
    if (path === '/containers/json')
      send(
        200,
        containers.map(({ service }) => ({ Id: service })),
      );
    else if (container === undefined) send(404, { message: `no such container: ${id}` });
    else if (what === 'json') send(200, inspected(container));
    else if (container.state === 'exited') send(409, { message: `container ${id} is not running` });
    else send(200, processTable(container));

    function send(status: number, body: unknown): void {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `unix://${socket}`;
}

function inspected({ service, project = 'rma', labels = {}, state = 'running' }: StandinContainer): unknown {
  return {
    Id: service,
    Name: `/${project}-${service}-1`,
    RestartCount: 0,
    State: { Status: state, Running: state === 'running', ExitCode: 0, StartedAt: '2026-11-17T09:00:00Z' },
    Config: {
      Image: 'engine:1',
      Labels: { 'rma.project': project, 'rma.service': service, 'rma.profile': 'gpu-worker', ...labels },
    },
    HostConfig: {},
    Mounts: [],
  };
}

function processTable({ pids = [] }: StandinContainer): unknown {
  return {
    Titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'],
    Processes: pids.map((pid) => ['root', String(pid), '1', '0', '09:00', '?', '00:00:01', 'serve']),
  };
}

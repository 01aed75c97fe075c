import { describe, expect, it } from 'vitest';
import { gpusNotExported } from '../../../src/core/fleet/machine-settings.ts';
import type { ServiceSpec } from '../../../src/core/fleet/service-spec.ts';
import { readWorkerConfig } from '../../../src/core/worker/read-worker-config.ts';
import { groupHost, groupOf } from '../../helpers/builders/group-host.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';

const workerConfig = ({ configFile }: ServiceSpec) =>
  readWorkerConfig(configFile?.content ?? '', 'worker.json');

describe('llama.cpp over two hosts', () => {
  it('connects the server of the head to the RPC servers of the members, and publishes these for the group', () => {
    const head = groupHost('large', 0).engine;
    expect(head.entrypoint).toEqual(['/bin/sh', '/etc/rma/group.sh']);
    expect(head.arguments.slice(0, 3)).toEqual([
      '/app/llama-server',
      '--model',
      expect.stringMatching(/big\.gguf$/),
    ]);
    expect(head.arguments.slice(-2)).toEqual(['--rpc', '192.168.7.2:50053']);
    expect(head.ports).toEqual([{ container: 8080, published: { address: '10.0.0.1', port: 8080 } }]);
    const member = groupHost('large', 1).engine;
    expect(member.arguments).toEqual(['/app/rpc-server', '--host', '0.0.0.0', '--port', '50052']);
    expect(member.ports).toEqual([
      { container: 50052, published: { address: '192.168.7.2', port: 50053 }, internal: true },
    ]);
  });

  it('needs the model on the head only', () => {
    const [head, member] = [groupHost('large', 0), groupHost('large', 1)];
    expect([head, member].map(({ worker, engine }) => [worker.models.length, engine.models.length])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(workerConfig(head.worker)).toMatchObject({
      engines: [{ url: 'http://large-llamacpp:8080', endpoint: 'http://10.0.0.1:8080' }],
      group: {
        name: 'demo-large',
        rank: 0,
        nodes: 2,
        service: 'large-llamacpp',
        hosts: ['h1', 'h2'],
        listens: null,
      },
    });
    expect(workerConfig(member.worker)).toMatchObject({
      models: [],
      engines: [],
      group: { rank: 1, listens: 'large-llamacpp:50052' },
    });
  });

  it('starts in a Compose file by a script that shares a volume in memory with the worker', () => {
    const { text } = groupHost('large', 1);
    expect(text).toContain('entrypoint:\n      - /bin/sh\n      - /etc/rma/group.sh\n');
    expect(text).toContain('healthcheck:\n      disable: true\n');
    expect(text).toContain('"192.168.7.2:50053:50052"');
    expect(
      text.match(
        /source: large-llamacpp-group\n {8}target: \/run\/rma-group\n {8}volume:\n {10}nocopy: true\n/g,
      ),
    ).toHaveLength(2);
    expect(text).toContain(
      '  large-llamacpp-group:\n    name: demo_large-llamacpp-group\n    driver: local\n    driver_opts:\n      type: tmpfs\n      device: tmpfs\n      o: mode=0777,size=1m\n',
    );
    expect(text).toContain('# Hosts h1 and h2 run the model together; this one is rank 1 of 2.\n');
    expect(text).toContain('    content: |\n      # Runs the program of this host in its group');
  });
});

describe('vLLM over two hosts', () => {
  it('has the ranks, the address of the head, and the network of each host', () => {
    const [head, member] = [groupHost('huge', 0), groupHost('huge', 1)];
    const span = (rank: string) => [
      ...['--pipeline-parallel-size', '2', '--nnodes', '2', '--node-rank', rank],
      ...['--master-addr', '192.168.7.1', '--master-port', '29502'],
    ];
    expect(head.engine.arguments.slice(0, 2)).toEqual(['vllm', 'serve']);
    expect(head.engine.arguments.slice(-10)).toEqual(span('0'));
    expect(member.engine.arguments.slice(-11)).toEqual([...span('1'), '--headless']);
    expect(member.engine.arguments).toContain('--tensor-parallel-size');
    expect(member.engine.environment).toMatchObject({
      VLLM_HOST_IP: '192.168.7.2',
      NCCL_SOCKET_IFNAME: '=eth1',
      GLOO_SOCKET_IFNAME: 'eth1',
    });
    expect(head.text).toContain('network_mode: host\n');
    expect(head.text).not.toContain(':8000:');
  });

  it('loads its part of the model on each host, and answers on the head at the address of the host', () => {
    const [head, member] = [groupHost('huge', 0), groupHost('huge', 1)];
    expect([head.worker.models, member.worker.models]).toEqual([head.engine.models, member.engine.models]);
    expect(member.worker.models).toHaveLength(1);
    expect(head.engine.arguments.join(' ')).toContain('--host 10.0.0.1 --port 8000');
    expect(JSON.stringify(head.engine.probe)).toContain('http://10.0.0.1:8000/health');
    expect(workerConfig(head.worker)).toMatchObject({
      engines: [{ url: 'http://10.0.0.1:8000', endpoint: 'http://10.0.0.1:8000' }],
    });
    expect(workerConfig(member.worker)).toMatchObject({ engines: [], group: { rank: 1, listens: null } });
    expect(member.engine.probe).toBeNull();
  });

  it('leaves out the variables of a network interface that is not known', () => {
    const { engine } = groupHost('huge', 1, { ...groupOf(1), interface: null });
    expect(Object.keys(engine.environment)).not.toContain('NCCL_SOCKET_IFNAME');
    expect(engine.environment).toMatchObject({ VLLM_HOST_IP: '192.168.7.2' });
  });
});

it('exports name the profiles that may span hosts, because each of their services runs on one node', () => {
  const large = { replicas: 1, hosts: [], labels: {}, strategy: 'spread', span: 'hosts' } as const;
  const target = { namedGpus: [], assigned: 'the scheduler assigns GPUs', visible: 'all' };
  expect(gpusNotExported(configOf({ placement: { large } }), target)).toEqual([
    { what: 'placement.large.span', instead: 'each service runs on one node' },
  ]);
});

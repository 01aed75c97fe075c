import { describe, expect, it } from 'vitest';
import { dockerFault } from '../../../src/adapters/docker/docker-errors.ts';
import { connection, dockerEndpoint } from '../../../src/adapters/docker/endpoint.ts';
import { plainLog } from '../../../src/adapters/docker/plain-log.ts';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';

describe('dockerEndpoint', () => {
  it('prefers DOCKER_HOST to any context, without running a program', async () => {
    const runner = new LocalRunner({ PATH: '/nowhere' });
    expect(await dockerEndpoint({ DOCKER_HOST: 'unix:///run/x.sock' }, runner)).toBe('unix:///run/x.sock');
  });
});

describe('connection', () => {
  it('accepts sockets and plain TCP', () => {
    expect(connection('unix:///var/run/docker.sock')).toEqual({ socketPath: '/var/run/docker.sock' });
    expect(connection('tcp://127.0.0.1:2375')).toEqual({ host: '127.0.0.1', port: 2375 });
  });

  it('rejects an unsupported protocol', () => {
    expect(() => connection('npipe:////./pipe/docker')).toThrow(
      expect.objectContaining({ code: 'RMA_DOCKER_ENDPOINT', exitCode: 2 }),
    );
  });
});

describe('dockerFault', () => {
  it.each([
    ['ENOENT', 'RMA_DOCKER_UNREACHABLE'],
    ['ECONNREFUSED', 'RMA_DOCKER_UNREACHABLE'],
    ['EACCES', 'RMA_DOCKER_DENIED'],
  ])('maps %s to %s with exit code 3 and a hint', (code, expected) => {
    const fault = dockerFault(Object.assign(new Error('x'), { code }), 'unix:///s');
    expect(fault).toMatchObject({ code: expected, exitCode: 3, hint: expect.stringContaining('sudo') });
  });

  it.each([
    ['Bind for 127.0.0.1:8080 failed: port is already allocated', 'RMA_PORT_TAKEN'],
    ['could not select device driver "nvidia" with capabilities: [[gpu]]', 'RMA_GPU_TOOLKIT_MISSING'],
    ['failed to inject: unresolvable CDI devices nvidia.com/gpu=GPU-1', 'RMA_GPU_CDI_STALE'],
  ])('maps an engine error about starting a container as Compose does: %s', (message, expected) => {
    const error = Object.assign(new Error(`(HTTP code 500) server error - ${message}`), { statusCode: 500 });
    expect(dockerFault(error, 'unix:///s')).toMatchObject({ code: expected, exitCode: 3 });
  });
});

describe('plainLog', () => {
  it('demultiplexes stdout and stderr, even if a line spans two frames', () => {
    const frame = (stream: number, text: string) => {
      const header = Buffer.alloc(8);
      header[0] = stream;
      header.writeUInt32BE(Buffer.byteLength(text), 4);
      return Buffer.concat([header, Buffer.from(text)]);
    };
    expect(plainLog(Buffer.concat([frame(1, 'one\ntw'), frame(1, 'o\n'), frame(2, 'é\n')]))).toEqual([
      'one',
      'two',
      'é',
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigSources } from '../../../src/core/config/config-sources.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { base, flags, withFile } from '../../helpers/builders/config-sources.ts';

function faultsOf(sources: ConfigSources): readonly string[] {
  try {
    resolveConfig(sources);
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    expect(error).toMatchObject({ code: 'RMA_CONFIG_INVALID', exitCode: 2 });
    const lines = error.message.split('\n');
    return lines.length === 1 ? lines : lines.slice(1);
  }
  return [];
}

describe('configuration errors', () => {
  it('are reported all at once from file, options and environment, in order of position', () => {
    const sources: ConfigSources = {
      ...withFile(
        'projct: x\nproject: Bad Name\nbind: 1\nbind: 300.0.0.1\nprofiles: cpu\nvolumes:\n  stroe: a\n  cache: nfs:x\n',
      ),
      env: { RMA_PORTS: 'web=http' },
      flags: flags({ owner: ['root'], 'coordinator.port': ['0'] }),
    };
    expect(faultsOf(sources)).toEqual([
      '--coordinator-port: coordinator.port expects a port from 1 to 65535, got "0"',
      '--owner: owner expects UID:GID in numbers, such as 1000:1000, got "root"',
      'RMA_PORTS: ports expects a port from 1 to 65535, got "web=http"',
      'rma.yaml:1:1: unknown key "projct"; did you mean "project"?',
      'rma.yaml:2:10: project expects a name of a-z, 0-9, - and _ that begins with a letter or digit, such as "badname", got "Bad Name"',
      'rma.yaml:4:1: duplicate key "bind"',
      'rma.yaml:4:7: bind expects an IP address, such as 127.0.0.1 or 0.0.0.0, got "300.0.0.1"',
      'rma.yaml:5:11: "profiles" must be a list such as [cpu-worker], not "cpu"',
      'rma.yaml:7:3: unknown key "volumes.stroe"; did you mean "volumes.store"?',
      'rma.yaml:8:10: volumes.cache expects named:NAME, host:PATH or nfs:SERVER:/EXPORT, got "nfs:x"',
    ]);
  });

  it('[req N01] reject a store that a restart of its container would empty', () => {
    const message = 'expects named:NAME, host:PATH or nfs:SERVER:/EXPORT, got "tmpfs:/models"';
    expect(faultsOf(withFile('volumes: { store: "tmpfs:/models" }\n'))).toEqual([
      `rma.yaml:1:19: volumes.store ${message}`,
    ]);
  });

  it.each([
    [
      'a list instead of a mapping',
      '- a\n',
      'rma.yaml:1:1: the file must be a mapping of settings, not a list',
    ],
    [
      'a string instead of a section',
      'hub: x\n',
      'rma.yaml:1:6: "hub" must be a mapping of settings, not "x"',
    ],
    [
      'a number instead of a string',
      'project: 12\n',
      'rma.yaml:1:10: "project" must be a string such as demo, not 12',
    ],
    [
      'a time without unit',
      'drain_timeout: 30\n',
      'rma.yaml:1:16: "drain_timeout" must be a string such as 30s, not 30',
    ],
    [
      'a string instead of a number',
      "coordinator:\n  port: '1'\n",
      'rma.yaml:2:9: "coordinator.port" must be an integer such as 7700, not "1"',
    ],
    [
      'a number in a list',
      'profiles:\n  - a\n  - 5.5\n',
      'rma.yaml:3:5: "profiles[1]" must be a string or an integer, not 5.5',
    ],
    [
      'a list instead of a map',
      'ports: [1]\n',
      'rma.yaml:1:8: "ports" must be a mapping such as { cpu-worker-llamacpp: 8080 }, not a list',
    ],
    [
      'a map as an entry',
      'ports:\n  a: {}\n',
      'rma.yaml:2:6: "ports.a" must be a string or an integer, not a mapping',
    ],
    [
      'a host that is a string',
      'hosts:\n  b: ssh://b\n',
      'rma.yaml:2:6: "hosts.b" must be a mapping of address, labels, bind, interconnect, volumes, gpu, not "ssh://b"',
    ],
    [
      'an unknown key of a host',
      'hosts:\n  b: { adress: x }\n',
      'rma.yaml:2:8: unknown key "adress"; did you mean "address"?',
    ],
    [
      'an address that is not a string',
      'hosts:\n  b: { address: [x] }\n',
      'rma.yaml:2:17: "hosts.b.address" must be a string, not a list',
    ],
    [
      'an address that is not ssh',
      'hosts:\n  b: { address: tcp://b }\n',
      'rma.yaml:2:17: "hosts.b.address" must be a URL such as ssh://box1, or a Docker context: context:NAME, not "tcp://b"',
    ],
    [
      'a host name with other characters',
      'hosts:\n  Box_1: {}\n',
      'rma.yaml:2:3: hosts expects host names of a-z, 0-9 and -, not "Box_1", got "Box_1={}"',
    ],
    [
      'two hosts with one address',
      'hosts:\n  a: { address: "ssh://box" }\n  b: { address: "ssh://box" }\n',
      'rma.yaml:3:3: hosts.a and hosts.b both have the address ssh://box',
    ],
    [
      'two hosts that are this machine',
      'hosts: { a: {}, b: }\n',
      'rma.yaml:1:17: hosts.a and hosts.b both have no address, which is this machine',
    ],
    [
      'a volume of a host that is not one',
      'hosts:\n  b: { volumes: { store: "s3:b" } }\n',
      'rma.yaml:2:26: "hosts.b.volumes.store" must be named:NAME, host:PATH or nfs:SERVER:/EXPORT, not "s3:b"',
    ],
    [
      'a GPU of a host that is none',
      'hosts:\n  b: { gpu: { visible: [big] } }\n',
      'rma.yaml:2:25: "hosts.b.gpu.visible[0]" must be a GPU index (0), a MIG device (0:1), a UUID or a UUID prefix (GPU-5f1c, MIG-5f1c), a CDI name (nvidia.com/gpu=0), all or none, not "big"',
    ],
    [
      'a number of replicas that is none',
      'placement:\n  chat: { replicas: 0 }\n',
      'rma.yaml:2:21: "placement.chat.replicas" must be a number of hosts from 1, or all, not 0',
    ],
    [
      'replicas of a profile that spans hosts',
      'placement:\n  chat: { span: hosts, replicas: 2 }\n',
      'rma.yaml:2:34: placement has "span" or "replicas", not both',
    ],
    [
      'an unknown strategy of a placement',
      'placement:\n  chat: { strategy: sprea }\n',
      'rma.yaml:2:21: "placement.chat.strategy" must be spread or pack, not "sprea"',
    ],
    [
      'an unknown key of a placement',
      'placement:\n  chat: { label: {} }\n',
      'rma.yaml:2:11: unknown key "label"; did you mean "labels"?',
    ],
    [
      'a setting at the wrong level',
      'worker_base: x\n',
      'rma.yaml:1:1: unknown key "worker_base"; did you mean "images.worker_base"?',
    ],
    ['a key without a suggestion', 'zebra: x\n', 'rma.yaml:1:1: unknown key "zebra"'],
  ])('include %s', (_name, text, fault) => {
    expect(faultsOf(withFile(text))).toEqual([fault]);
  });

  it('of invalid YAML are reported alone', () => {
    const faults = faultsOf(withFile('hub:\n\tendpoint: x\nprojct: x\n'));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join()).toMatch(/^rma\.yaml:2:1: tabs are not allowed/);
    expect(faults.join()).not.toContain('projct');
  });

  it('of an overridden source are reported as well', () => {
    expect(faultsOf({ ...withFile('bind: nowhere\n'), flags: flags({ bind: ['127.0.0.1'] }) })).toHaveLength(
      1,
    );
  });

  it('never contain a token', () => {
    const error = faultsOf({ ...base, env: { HF_ENDPOINT: 'ftp://me:hf_abcdefghijklmnop@hub' } }).join();
    expect(error).not.toMatch(/abcdefghijklmnop/);
  });

  it('have file, line and column, whatever the file contains', () => {
    const yamlish = fc.stringMatching(/^[a-z:{}[\]\-&*!'" \n\t0-9.~#|>]{0,60}$/);
    fc.assert(
      fc.property(yamlish, (text) => {
        expect(faultsOf(withFile(text)).every((fault) => /^rma\.yaml:\d+:\d+: ./.test(fault))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { withHost, withoutHost } from '../../../src/core/config/edit-hosts.ts';

const FILE = `# the rack
profiles: [cpu-worker] # one for now

hosts:
  # next to the door
  box1: { address: ssh://box1 }
`;

describe('hosts in rma.yaml', () => {
  it('are added, and comments and other settings stay', () => {
    const host = { address: 'ssh://admin@box2:2222', bind: '10.0.0.12', labels: { rack: 'r1' } };
    expect(withHost(FILE, { name: 'box2', host })).toBe(`${FILE}  box2:
    address: ssh://admin@box2:2222
    labels:
      rack: r1
    bind: 10.0.0.12
`);
  });

  it('are added to an empty file', () => {
    expect(withHost('', { name: 'here', host: { address: null } })).toBe('hosts:\n  here: {}\n');
  });

  it('are removed, and the last one with its section', () => {
    const two = withHost(FILE, { name: 'box2', host: { address: 'ssh://box2' } });
    expect(withoutHost(two, 'box2')).toBe(FILE);
    expect(withoutHost('profiles: [ocr]\nhosts:\n  box1: {}\n', 'box1')).toBe('profiles: [ocr]\n');
  });

  it('are not replaced', () => {
    expect(() => withHost(FILE, { name: 'box1', host: { address: null } })).toThrowError(
      expect.objectContaining({ code: 'RMA_HOST_EXISTS', exitCode: 2 }),
    );
  });

  it('that do not exist cannot be removed', () => {
    expect(() => withoutHost(FILE, 'box3')).toThrowError(
      expect.objectContaining({
        code: 'RMA_HOST_UNKNOWN',
        message: 'unknown host "box3"; did you mean "box1"?',
      }),
    );
  });
});

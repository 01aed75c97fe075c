import { describe, expect, it } from 'vitest';
import { readGpuList } from '../../../src/core/gpu/from-list.ts';

describe('readGpuList', () => {
  it('returns GPUs with their MIG devices', () => {
    const text = [
      'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5f1c)',
      '  MIG 3g.20gb     Device  0: (UUID: MIG-aaaa)',
      '  MIG 1g.5gb+me   Device  1: (UUID: MIG-bbbb)',
      'GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-6a2d)',
    ].join('\n');
    expect(readGpuList(text).gpus).toEqual([
      {
        index: 0,
        uuid: 'GPU-5f1c',
        name: 'NVIDIA A100-SXM4-40GB',
        migDevices: [
          { uuid: 'MIG-aaaa', profile: '3g.20gb', index: 0 },
          { uuid: 'MIG-bbbb', profile: '1g.5gb+me', index: 1 },
        ],
      },
      { index: 1, uuid: 'GPU-6a2d', name: 'NVIDIA A100-SXM4-40GB', migDevices: [] },
    ]);
  });

  it('returns a GPU that the driver lost, by its position', () => {
    const text = [
      'GPU 0: NVIDIA L4 (UUID: GPU-1)',
      'Unable to determine the device handle for GPU 0000:3B:00.0: Unknown Error. Reboot the system',
      'GPU 2: NVIDIA L4 (UUID: GPU-3)',
    ].join('\r\n');
    const { gpus, lost } = readGpuList(text);
    expect(gpus.map(({ index }) => index)).toEqual([0, 2]);
    expect(lost).toEqual([{ index: 1, pciBusId: '0000:3B:00.0', reason: 'Unknown Error' }]);
  });

  it.each([
    ['for GPU1: 0000:34:00.0: Unknown Error', 1, '0000:34:00.0', 'Unknown Error'],
    ['for GPU 0000:34:00.0: Unknown Error', 0, '0000:34:00.0', 'Unknown Error'],
    [
      'for gpu 0000:34:00.0: GPU is lost.  Reboot the system to recover this GPU',
      0,
      '0000:34:00.0',
      'GPU is lost',
    ],
    ['for GPU0000:34:00.0: GPU is lost', 0, '0000:34:00.0', 'GPU is lost'],
    [
      'for GPU 12: 00000000:C1:00.0: Insufficient Permissions',
      12,
      '00000000:C1:00.0',
      'Insufficient Permissions',
    ],
  ])('[case G01] returns the index, PCI address and reason of "%s"', (...[text, index, pciBusId, reason]) => {
    expect(readGpuList(`Unable to determine the device handle ${text}\n`).lost).toEqual([
      { index, pciBusId, reason },
    ]);
  });

  it('[case G01] gives lost GPUs without an index those that no other GPU has', () => {
    const lost = (bus: string) =>
      `Unable to determine the device handle for GPU 0000:${bus}:00.0: Unknown Error`;
    const text = [
      'GPU 1: L4 (UUID: GPU-1)',
      'GPU 3: L4 (UUID: GPU-3)',
      lost('3B'),
      lost('5E'),
      lost('3B'),
    ].join('\n');
    expect(readGpuList(text).lost.map(({ index }) => index)).toEqual([0, 2]);
  });

  it('[case G01] gives no lost GPU the index that the driver reports for another one', () => {
    const text = [
      'GPU 0: L4 (UUID: GPU-0)',
      'Unable to determine the device handle for GPU 0000:3B:00.0: Unknown Error',
      'Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error',
    ].join('\n');
    expect(readGpuList(text).lost).toMatchObject([
      { index: 2, pciBusId: '0000:3B:00.0' },
      { index: 1, pciBusId: '0000:34:00.0' },
    ]);
  });

  it.each([
    ['GPU 0000:3B:00.0', 'GPU4: 00000000:3b:00.0'],
    ['GPU4: 00000000:3b:00.0', 'GPU 0000:3B:00.0'],
  ])('[case G01] returns a GPU once that is reported as %s and as %s', (...forms) => {
    const text = forms.map((form) => `Unable to determine the device handle for ${form}: Unknown Error`);
    expect(readGpuList(text.join('\n')).lost.map(({ index }) => index)).toEqual([4]);
  });
});

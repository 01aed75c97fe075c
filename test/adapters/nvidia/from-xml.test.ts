import { describe, expect, it } from 'vitest';
import { completeReading } from '../../../src/adapters/nvidia/complete-reading.ts';
import { readXmlLog } from '../../../src/adapters/nvidia/from-xml.ts';
import { parseXml } from '../../../src/adapters/nvidia/parse-xml.ts';
import { readGpuList } from '../../../src/core/gpu/from-list.ts';
import { answer } from '../../helpers/gpu/gpu-box/answer.ts';
import { SHAPES } from '../../helpers/gpu/gpu-box/shapes.ts';

const MIB = 1024 * 1024;
const read = (text: string) => readXmlLog(parseXml(text));
const gpuOf = (inner: string) =>
  read(`<nvidia_smi_log><gpu id="00000000:01:00.0">${inner}</gpu></nvidia_smi_log>`)?.gpus[0];
const UUID = '<uuid>GPU-1</uuid>';
const log = (name: '1x24' | 'old-driver' | 'mig') => answer(SHAPES[name], [], ['-q', '-x']).text;

describe('[req R30] the XML log', () => {
  it('is long, starts with a DOCTYPE and is parsed completely', () => {
    const text = log('1x24');
    expect(text.length).toBeGreaterThan(30_000);
    expect(text).toMatch(
      /^<\?xml version="1.0" \?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v13.dtd">/,
    );
    expect(read(text)?.gpus).toHaveLength(1);
  });

  it('is found between other lines', () => {
    expect(read(`WARNING: infoROM is corrupted\n${log('1x24')}\nWARNING: again\n`)?.gpus).toHaveLength(1);
  });

  it('is null if truncated, empty or invalid', () => {
    expect(read(log('1x24').slice(0, -40))).toBeNull();
    expect(read('')).toBeNull();
    expect(read('<nvidia_smi_log><gpu></nvidia_smi_log>')).toBeNull();
    expect(read('</nvidia_smi_log><nvidia_smi_log>')).toBeNull();
  });

  it('expands no entities of a DOCTYPE', () => {
    const bomb = '<!DOCTYPE nvidia_smi_log [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
    const text = `${bomb}<nvidia_smi_log><gpu>${UUID}<product_name>&x; &amp;lt;</product_name></gpu></nvidia_smi_log>`;
    expect(read(text)?.gpus[0]?.name).toBe('&x; &lt;');
  });

  it('can have no GPUs', () => {
    expect(read('<nvidia_smi_log><attached_gpus>0</attached_gpus></nvidia_smi_log>')?.gpus).toEqual([]);
  });

  it('of an old schema has unknown reserved memory, not zero', () => {
    expect(log('old-driver')).not.toContain('<reserved>');
    expect(read(log('old-driver'))?.gpus[0]?.memory).toMatchObject({
      totalBytes: 8192 * MIB,
      reservedBytes: null,
    });
  });
});

describe('[req R30] the power of a GPU', () => {
  it.each(['1x24', 'old-driver', 'mig'] as const)('is the average draw, by any schema: %s', (name) => {
    expect(read(log(name))?.gpus[0]?.powerWatts).toBe(22);
  });

  it.each(['N/A', '[Not Supported]', '450.00'])('is unknown for "%s"', (text) => {
    const readings = `<gpu_power_readings><average_power_draw>${text}</average_power_draw></gpu_power_readings>`;
    expect(gpuOf(`${UUID}${readings}`)?.powerWatts).toBeNull();
  });
});

describe('[req R30] values of a GPU', () => {
  it.each([
    'N/A',
    '[N/A]',
    '[Not Supported]',
    '[Insufficient Permissions]',
    'Requested functionality has been deprecated',
    '',
    '12 GB',
    '-5 MiB',
    'much',
  ])('are unknown if invalid: "%s"', (word) => {
    const gpu = gpuOf(`${UUID}<fb_memory_usage><used>${word}</used></fb_memory_usage>
      <utilization><gpu_util>${word}</gpu_util></utilization>`);
    expect(gpu).toMatchObject({ uuid: 'GPU-1', utilizationPercent: null, fault: null });
    expect(gpu?.memory.usedBytes).toBeNull();
  });

  it('are unknown if missing', () => {
    expect(gpuOf(UUID)).toEqual({
      index: 0,
      uuid: 'GPU-1',
      name: 'unknown GPU',
      pciBusId: '00000000:01:00.0',
      memory: { totalBytes: null, reservedBytes: null, usedBytes: null, freeBytes: null },
      memoryNotApplicable: false,
      unified: false,
      computeCapability: null,
      utilizationPercent: null,
      temperatureCelsius: null,
      powerWatts: null,
      migEnabled: null,
      migDevices: [],
      processes: null,
      fault: null,
    });
  });

  it('include processes: none, unknown, or those with a PID', () => {
    expect(gpuOf(`${UUID}<processes>\n</processes>`)?.processes).toEqual([]);
    expect(gpuOf(`${UUID}<processes>N/A</processes>`)?.processes).toBeNull();
    const info = (pid: string, type: string) =>
      `<process_info><pid>${pid}</pid><type>${type}</type><process_name>[Not Found]</process_name><used_memory>N/A</used_memory></process_info>`;
    const infos = [info('7', 'C+G'), info('8', 'M+C'), info('9', 'x'), info('N/A', 'C')].join('');
    const processes = gpuOf(`${UUID}<processes>${infos}</processes>`)?.processes;
    expect(processes).toEqual([
      { pid: 7, name: 'unknown', kind: 'both', memoryBytes: null },
      { pid: 8, name: 'unknown', kind: 'compute', memoryBytes: null },
      { pid: 9, name: 'unknown', kind: 'unknown', memoryBytes: null },
    ]);
  });

  it.each([
    ['<uuid>GPU is lost</uuid>', 'the driver reports "GPU is lost"'],
    [`${UUID}<product_name>[Unknown Error]</product_name>`, 'the driver reports "Unknown Error"'],
    [`${UUID}<fb_memory_usage><total>ERR!</total></fb_memory_usage>`, 'the driver reports "ERR!"'],
    ['<product_name>GPU</product_name>', 'the driver reports no UUID'],
    [`${UUID}<gpu_recovery_action>Reset</gpu_recovery_action>`, 'the driver requires a GPU reset'],
    [`${UUID}<gpu_recovery_action>Reboot</gpu_recovery_action>`, 'the driver requires a reboot'],
    [
      `${UUID}<gpu_reset_status><reset_required>Yes</reset_required></gpu_reset_status>`,
      'the driver requires a GPU reset',
    ],
    [`${UUID}<gpu_recovery_action>None</gpu_recovery_action>`, null],
    [`${UUID}<temperature><gpu_temp>Unknown Error</gpu_temp></temperature>`, null],
  ])('include why it cannot be used: %s', (inner, fault) => {
    expect(gpuOf(inner)?.fault).toBe(fault);
  });
});

describe('[req R30] MIG devices', () => {
  const gpus = read(log('mig'))?.gpus ?? [];
  const join = (list: string) =>
    completeReading(gpus, { list: readGpuList(list), computeCaps: new Map(), machine: null })[0]?.migDevices;

  it('have no UUID in the log, and get it from the list', () => {
    expect(gpus[0]?.migDevices.map(({ uuid }) => uuid)).toEqual([null, null]);
    expect(join(answer(SHAPES.mig, [], ['-L']).text)?.map(({ uuid }) => uuid)).toEqual(
      SHAPES.mig.gpus[0]?.mig?.map(({ uuid }) => uuid),
    );
  });

  it('keep no UUID if the list has none or is of another GPU', () => {
    expect(join('')?.map(({ uuid }) => uuid)).toEqual([null, null]);
    const other = 'GPU 0: A100 (UUID: GPU-other)\n  MIG 3g.20gb     Device  0: (UUID: MIG-1)\n';
    expect(join(other)?.map(({ uuid }) => uuid)).toEqual([null, null]);
  });

  it('accept the old UUID format', () => {
    const uuid = SHAPES.mig.gpus[0]?.uuid;
    const old = `GPU 0: A100 (UUID: ${uuid})\n  MIG 3g.20gb Device 0: (UUID: MIG-${uuid}/1/0)\n`;
    expect(join(old)?.[0]?.uuid).toBe(`MIG-${uuid}/1/0`);
  });
});

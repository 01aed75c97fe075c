import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeReading } from '../../../src/adapters/nvidia/complete-reading.ts';
import {
  APP_FIELDS,
  GPU_FIELDS,
  readAppRows,
  readComputeCaps,
  readGpuRows,
} from '../../../src/adapters/nvidia/from-csv.ts';
import { readXmlLog } from '../../../src/adapters/nvidia/from-xml.ts';
import { readMeminfo } from '../../../src/adapters/nvidia/meminfo.ts';
import { parseXml } from '../../../src/adapters/nvidia/parse-xml.ts';
import { readGpuList } from '../../../src/core/gpu/from-list.ts';
import { answer } from '../../helpers/gpu/gpu-box/answer.ts';
import { SHAPES } from '../../helpers/gpu/gpu-box/shapes.ts';

const shapes = Object.values(SHAPES).filter((shape) => shape.kind === 'gpus');
const odd = fc.constantFrom(
  ...['N/A', '[N/A]', '[Not Supported]', '[Unknown Error]', '', 'NaN', '-5 MiB', '1e999 MiB', '0x10', 'None'],
  ...['<', '>', '</gpu>', '<gpu id="', '&', ',', '\n', '\u0000', '__proto__', '9'.repeat(400)],
);
/** Any string, and real output with a part replaced by unusual text. */
const mangled = (texts: readonly string[]) =>
  fc.oneof(
    fc.string(),
    fc
      .record({ text: fc.constantFrom(...texts), from: fc.nat(), length: fc.nat({ max: 60 }), odd })
      .map(({ text, from, length, odd: piece }) => {
        const at = from % text.length;
        return text.slice(0, at) + piece + text.slice(at + length);
      }),
  );
const answersTo = (...argv: readonly string[]) => shapes.map((shape) => answer(shape, [], argv).text);
/** the clocks are most of the text, and are not parsed */
const logs = answersTo('-q', '-x').map((text) =>
  text.replaceAll(/<supported_clocks>.*<\/supported_clocks>/gs, ''),
);
const fields = GPU_FIELDS[0] ?? [];

describe('numbers are non-negative or unknown, whatever nvidia-smi prints:', () => {
  it('the log', () => {
    fc.assert(
      fc.property(mangled(logs), (text) => {
        expectPlain(readXmlLog(parseXml(text)));
      }),
    );
  });

  it('the list', () => {
    fc.assert(
      fc.property(mangled(answersTo('-L')), (text) => {
        expectPlain(readGpuList(text));
      }),
    );
  });

  it('the tables', () => {
    const tables = answersTo(`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits');
    fc.assert(
      fc.property(mangled(tables), (text) => {
        expectPlain(readGpuRows(text, fields));
        expectPlain([...readAppRows(text).values()]);
        expect([...readComputeCaps(text).values()].every((cap) => /^\d+\.\d+$/.test(cap))).toBe(true);
      }),
    );
  });

  it('the log combined with the list and the host memory', () => {
    const machine = fc.record({ totalBytes: fc.nat(), availableBytes: fc.nat() });
    fc.assert(
      fc.property(mangled(logs), mangled(answersTo('-L')), machine, (log, list, memory) => {
        const gpus = readXmlLog(parseXml(log))?.gpus ?? [];
        const rest = { list: readGpuList(list), computeCaps: new Map<string, string>(), machine: memory };
        expectPlain(completeReading(gpus, rest));
      }),
    );
  });
});

describe('the memory of a process', () => {
  it('is parsed whatever the process name', () => {
    const name = fc.stringMatching(/^[ -~]{1,40}$/).map((text) => text.trim());
    fc.assert(
      fc.property(name, fc.nat({ max: 999_999 }), (text, mib) => {
        const row = { gpu_uuid: 'GPU-1', pid: '7', used_memory: String(mib), process_name: text };
        const line = APP_FIELDS.map((field) => row[field]).join(', ');
        expect(readAppRows(line).get('GPU-1')).toMatchObject([{ pid: 7, memoryBytes: mib * 1024 * 1024 }]);
      }),
    );
  });
});

describe('the host memory', () => {
  it('is unknown if a part of it is missing', () => {
    expect(readMeminfo('MemTotal: 5 kB\n')).toBeNull();
    expect(readMeminfo('MemTotal: 5 kB\nMemAvailable: 3 kB\n')).toEqual({
      totalBytes: 5120,
      availableBytes: 3072,
    });
    fc.assert(fc.property(fc.string(), (text) => void expectPlain(readMeminfo(text))));
  });
});

function expectPlain(value: unknown): void {
  JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'number' && !(Number.isSafeInteger(part) && part >= 0)) {
      expect.fail(`${part} in ${JSON.stringify(value)}`);
    }
    return part;
  });
  expect(typeof value).toBe('object');
}

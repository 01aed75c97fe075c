import { gpuElement } from './gpu-element.ts';
import type { Reading } from './readings.ts';
import type { GpuShape } from './shapes.ts';

/** An element with its text or child elements. */
export type Element = readonly [name: string, content: string | readonly Element[], attributes?: string];

/** Returns the output of `-q -x`, indented like the driver's. */
export function xmlLog(shape: GpuShape, all: readonly Reading[]): string {
  const log: Element = [
    'nvidia_smi_log',
    [
      ['timestamp', 'Tue Nov 17 09:46:54 2026'],
      ['driver_version', shape.driver],
      ['cuda_version', shape.cuda],
      ['attached_gpus', String(all.length)],
      ...all.map((reading) => gpuElement(shape, reading)),
    ],
  ];
  return `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_${shape.schema}.dtd">
${print(log, '')}
`;
}

function print([name, content, attributes = '']: Element, indent: string): string {
  if (typeof content === 'string') {
    const text = content.startsWith('\n') ? `\n${indent}\t${content.trim()}\n${indent}` : escaped(content);
    return `${indent}<${name}${attributes}>${text}</${name}>`;
  }
  const inner = content.map((child) => `${print(child, `${indent}\t`)}\n`).join('');
  return `${indent}<${name}${attributes}>\n${inner}${indent}</${name}>`;
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (sign) => names[sign] ?? sign);
}

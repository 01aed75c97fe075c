import { describe, expect, it } from 'vitest';
import { workerImageTag } from '../../../src/core/image-tag.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const parts = { version: '1.2.3', dockerfile: bytes('FROM'), rootfs: bytes('tar'), base: 'node:24' };

describe('the tag of the worker image', () => {
  it('is the version and 12 hexadecimal digits', () => {
    expect(workerImageTag(parts)).toMatch(/^rma-worker:1\.2\.3-[0-9a-f]{12}$/);
    expect(workerImageTag({ ...parts })).toBe(workerImageTag(parts));
  });

  it('changes with each part, even if bytes only move between parts', () => {
    const tags = [
      parts,
      { ...parts, version: '1.2.4' },
      { ...parts, dockerfile: bytes('FROMt'), rootfs: bytes('ar') },
      { ...parts, rootfs: bytes('tarn'), base: 'ode:24' },
      { ...parts, base: 'node:22' },
    ].map(workerImageTag);
    expect(new Set(tags).size).toBe(tags.length);
  });
});

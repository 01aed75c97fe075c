import { describe, expect, it } from 'vitest';
import { renderHost } from '../../../src/cli/render/host.ts';
import { theme } from '../../helpers/cli/theme.ts';

const GIB = 2 ** 30;
const memory = { totalBytes: 64 * GIB, availableBytes: 60.5 * GIB };

describe('the host line of rma status', () => {
  it.each([
    [{ memory, storeFreeBytes: 71 * GIB }, '64.0 GiB of RAM, 60.5 GiB available; 71.0 GiB free for models'],
    [{ memory, storeFreeBytes: null }, '64.0 GiB of RAM, 60.5 GiB available'],
    [{ memory: null, storeFreeBytes: 512 }, '512 B free for models'],
  ])('shows RAM and free space if known: %#', (known, text) => {
    expect(renderHost({ name: 'box1', ...known }, theme())).toBe(`host box1  ${text}`);
  });

  it('shows only the name if nothing else is known', () => {
    expect(renderHost({ name: 'box1', memory: null, storeFreeBytes: null }, theme())).toBe('host box1');
  });
});

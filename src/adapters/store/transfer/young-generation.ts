import { setFlagsFromString } from 'node:v8';

/**
 * Stops the growth of the memory for new objects of this process, which V8 would let grow to 32 MiB. A download of any size has
 * few new objects in use at a time.
 */
export function limitYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

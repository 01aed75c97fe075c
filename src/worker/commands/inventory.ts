import { EXIT, type ExitCode } from '../../core/errors.ts';
import { formatInventory } from '../../core/inventory/inventory-text.ts';
import { createContext } from '../context.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker inventory`: prints everything that is in the store. Writes nothing. */
export async function inventory({ env, print }: Invocation): Promise<ExitCode> {
  print(formatInventory(await createContext(env).store.inventory()));
  return EXIT.ok;
}

import { EXIT } from '../errors.ts';
import type { PlanCheck } from './plan-types.ts';

export interface BindFacts {
  readonly address: string;
  /** whether this machine has the address */
  readonly exists: boolean;
  /** services that the plan creates or starts */
  readonly starting: ReadonlySet<string>;
}

/**
 * Returns a warning if services are to publish ports on an address that this machine does not have. It is not an error: an
 * engine in a virtual machine or in a network namespace of its own has other addresses.
 */
export function planBind({ address, exists, starting }: BindFacts): readonly PlanCheck[] {
  if (exists || starting.size === 0) return [];
  const warning: PlanCheck = {
    level: 'warning',
    code: 'RMA_PLAN_BIND',
    message: `this machine has no address ${address}; Docker can publish ports on it only if the Docker host has it`,
    hint: 'to list the addresses: ip addr; to publish on another one: --bind ADDRESS',
    exitCode: EXIT.ok,
    details: { address },
  };
  return [warning];
}

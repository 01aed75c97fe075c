import { RmaError } from '../errors.ts';
import { isUnreachable } from './is-temporary.ts';

/**
 * Tries several addresses of the same content, in order. The next one is tried only after a network fault, 429 or 5xx of
 * the one before: a hub that denies a model, or lacks it, has answered. Once the first was unreachable, no answer of
 * another replaces its fault, which then names what each one said.
 * @throws the fault of the first address
 */
export async function fallThrough<A, T>(
  addresses: readonly A[],
  attempt: (address: A) => Promise<T>,
  onUnreachable: (address: A) => void = () => undefined,
): Promise<T> {
  const faults: RmaError[] = [];
  for (const address of addresses) {
    try {
      return await attempt(address);
    } catch (error) {
      const mayPass = isUnreachable(error);
      if (!(error instanceof RmaError) || (!mayPass && faults.length === 0)) throw error;
      if (!isHubFault(error)) throw error;
      faults.push(error);
      if (mayPass) onUnreachable(address);
    }
  }
  throw allFailed(faults);
}

/** A full disk or wrong content is no reason to try another server. */
function isHubFault({ code }: RmaError): boolean {
  return /^RMA_HUB_/.test(code);
}

function allFailed(faults: readonly RmaError[]): RmaError | Error {
  const [first, ...others] = faults;
  if (first === undefined) return new Error('no address to ask');
  if (others.length === 0) return first;
  const each = [...new Set(others.map(({ message }) => message))].join('; ');
  return new RmaError(first.code, `${first.message}; then ${each}`, {
    exitCode: first.exitCode,
    ...(first.hint !== undefined && { hint: first.hint }),
    ...(first.details !== undefined && { details: first.details }),
    cause: first,
  });
}

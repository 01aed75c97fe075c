import { EXIT, RmaError } from '../errors.ts';
import { tokenFault } from './token-fault.ts';

/**
 * Variables with the token of the Hugging Face hub, the first one wins: its current name, and the one that its tools
 * replaced but still read (huggingface_hub/utils/_auth.py).
 */
export const HUB_TOKEN_VARIABLES = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'] as const;

/**
 * Returns the token in a variable, without the whitespace and byte order mark around it; null if the variable is empty.
 * @throws RmaError RMA_HUB_TOKEN_INVALID exit 2
 */
export function tokenOfVariable(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const text = (environment[name] ?? '').trim();
  if (text === '') return null;
  const fault = tokenFault(text);
  if (fault === null) return text;
  throw new RmaError('RMA_HUB_TOKEN_INVALID', `the value of ${name} is not a token: ${fault}`, {
    exitCode: EXIT.usage,
    hint: `set ${name} to the token alone, without quotes and spaces, or unset it`,
    details: { variable: name },
  });
}

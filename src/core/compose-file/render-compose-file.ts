import { buildStack } from './build-stack.ts';
import type { RenderInput } from './render-input.ts';

/**
 * The text of the Compose file.
 * @throws RmaError RMA_VOLUME_UNSUPPORTED, RMA_CONFIG_SECRET_IN_URL exit 2
 */
export function renderComposeFile(input: RenderInput): string {
  return buildStack(input).text;
}

import { parseDuration } from '../../../core/units.ts';
import { parsedOption } from '../../option.ts';

export const DEFAULT_WAIT_SECONDS = 900;

export const waitOption = parsedOption(
  '--wait-timeout <TIME>',
  'how long to wait for GPUs at boot (default 15m)',
  { parse: parseDuration, expected: 'a duration such as 90s or 30m', fallback: DEFAULT_WAIT_SECONDS },
);

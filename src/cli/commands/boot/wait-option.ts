import { waitTimeoutOption } from '../../wait-timeout-option.ts';

export const DEFAULT_WAIT_SECONDS = 900;

export const waitOption = waitTimeoutOption(
  'how long to wait for GPUs at boot (default 15m)',
  DEFAULT_WAIT_SECONDS,
);

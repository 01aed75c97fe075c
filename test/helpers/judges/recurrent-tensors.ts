import type { Sizes } from './model-tensors.ts';

/** Whether a layer has a state instead of attention: Mamba, Nemotron-H, Qwen3-Next. */
export function isRecurrentLayer(architecture: string, { of }: Sizes, layer: number): boolean {
  if (architecture === 'mamba') return true;
  if (architecture === 'qwen3next') return (layer + 1) % 4 !== 0;
  return (
    of('ssm.inner_size') > 0 &&
    of('attention.head_count_kv', layer) === 0 &&
    of('feed_forward_length', layer) === 0
  );
}

/** Returns the shapes of the tensors of such a layer. */
export function recurrentTensors(
  architecture: string,
  { of, width }: Sizes,
): Readonly<Record<string, readonly number[]>> {
  const inner = of('ssm.inner_size');
  const state = of('ssm.state_size');
  const rank = of('ssm.time_step_rank');
  const channels = inner + 2 * of('ssm.group_count') * state;
  const kernel = of('ssm.conv_kernel');
  const common = { ssm_out: [inner, width], ssm_conv1d: [kernel, channels], 'ssm_dt.bias': [rank] };
  if (architecture === 'qwen3next') {
    return {
      ...common,
      attn_qkv: [width, channels],
      attn_gate: [width, inner],
      ssm_a: [rank],
      ssm_ba: [width, 2 * rank],
      ssm_norm: [inner / rank],
    };
  }
  if (architecture === 'mamba') {
    return {
      ...common,
      'ssm_conv1d.bias': [inner],
      'ssm_dt.bias': [inner],
      ssm_in: [width, 2 * inner],
      ssm_x: [inner, rank + 2 * state],
      ssm_dt: [rank, inner],
      ssm_a: [state, inner],
      ssm_d: [inner],
    };
  }
  const groups = of('ssm.group_count');
  return {
    ...common,
    'ssm_conv1d.bias': [channels],
    ssm_in: [width, inner + channels + rank],
    ssm_a: [1, rank],
    ssm_d: [1, rank],
    ssm_norm: [inner / groups, groups],
  };
}

import * as z from 'zod/mini';
import { type ConfigFields, listOf, numberOf, switchOf } from './config-fields.ts';

const KV_HEADS = [
  'num_key_value_heads',
  'num_kv_heads',
  'n_head_kv',
  'n_kv_heads',
  'kv_n_heads',
  'multi_query_group_num',
  'num_attention_groups',
];
const PER_LAYER = ['num_kv_heads', 'num_key_value_heads', 'num_key_value_heads_per_layer'];
const count = z.int().check(z.nonnegative());
const block = z.object({ attention: z.object({ n_heads_in_group: z.optional(z.nullable(count)) }) });

/**
 * Returns the key-value heads of each layer of a `config.json`; null if they are unknown. Falcon and GPT-BigCode:
 * `multi_query` is one head (transformers, models/falcon/modeling_falcon.py, FalconAttention). ChatGLM:
 * `multi_query_group_num`, unless `multi_query_attention` is off. OpenELM and Nemotron-NAS list them per layer. Without any
 * of them, all heads.
 */
export function kvHeadsPerLayer(
  config: ConfigFields,
  attentionHeads: number | null,
  layers: number,
): readonly number[] | null {
  const listed = listOf(config, PER_LAYER, count);
  if (listed !== null && listed.length >= layers) return listed;
  const blocks = listOf(config, ['block_configs'], block);
  if (blocks !== null && attentionHeads !== null && blocks.length >= layers) {
    return blocks.map(({ attention }) =>
      Math.ceil(attentionHeads / (attention.n_heads_in_group ?? Infinity)),
    );
  }
  const heads = sameInAll(config, attentionHeads);
  return heads === null ? null : [heads];
}

function sameInAll(config: ConfigFields, attentionHeads: number | null): number | null {
  if (switchOf(config, 'multi_query_attention') === false) return attentionHeads;
  const isNewFalcon = switchOf(config, 'new_decoder_architecture') === true;
  const isFalcon = config.type === 'falcon';
  const isMultiQuery = switchOf(config, 'multi_query');
  if (isMultiQuery === true && !isNewFalcon && (isFalcon || numberOf(config, ['n_head_kv']) === null))
    return 1;
  if (isMultiQuery === false && !isNewFalcon) return attentionHeads;
  return numberOf(config, KV_HEADS) ?? attentionHeads;
}

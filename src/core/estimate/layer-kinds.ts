import * as z from 'zod/mini';
import { type ConfigFields, listOf, numberOf, switchOf, textOf } from './config-fields.ts';

/** What one layer keeps: `both` has attention and a state, `none` neither. */
export type LayerKind = 'full' | 'window' | 'state' | 'both' | 'none';

const indexes = z.int().check(z.nonnegative());

/** Names of layers in `layer_types` and similar lists; others count as full attention, the kind that needs most. */
const BY_NAME: ReadonlyMap<string, LayerKind> = new Map<string, LayerKind>(
  Object.entries({
    sliding_attention: 'window',
    chunked_attention: 'window',
    local: 'window',
    linear_attention: 'state',
    mamba: 'state',
    mamba2: 'state',
    conv: 'state',
    recurrent: 'state',
    hybrid: 'both',
    moe: 'none',
    mlp: 'none',
  }),
);
/** `hybrid_override_pattern` of Nemotron-H: transformers, models/nemotron_h/configuration_nemotron_h.py. */
const BY_LETTER: Readonly<Record<string, LayerKind>> = { M: 'state', '-': 'none', E: 'none' };

/**
 * Returns the kind of each layer by the keys of a `config.json`, in the order in which transformers prefers them: a list
 * of kinds, a list of layers, a period, else one kind for all.
 */
export function layerKinds(config: ConfigFields, layers: number): readonly LayerKind[] {
  const listed = namedKinds(config) ?? letterKinds(config) ?? numberedKinds(config);
  if (listed !== null) return Array.from({ length: layers }, (_, layer) => listed[layer] ?? 'full');
  const isFull = fullLayers(config);
  const other = isFull?.other ?? 'full';
  if (isFull !== null)
    return Array.from({ length: layers }, (_, layer) => (isFull.at(layer) ? 'full' : other));
  const all = textOf({ ...config.defaults }, 'layer_kind');
  return Array<LayerKind>(layers).fill(all === null ? plainKind(config) : (BY_NAME.get(all) ?? 'full'));
}

function namedKinds(config: ConfigFields): readonly LayerKind[] | null {
  const names = listOf(config, ['layer_types', 'layers_block_type'], z.string());
  if (names !== null) return names.map((name) => BY_NAME.get(name) ?? 'full');
  const cycle = listOf(config, ['block_types'], z.string());
  if (cycle === null || cycle.length === 0) return null;
  return Array.from({ length: 1000 }, (_, layer) => BY_NAME.get(cycle[layer % cycle.length] ?? '') ?? 'full');
}

function letterKinds({ given }: ConfigFields): readonly LayerKind[] | null {
  const pattern = textOf(given, 'hybrid_override_pattern');
  return pattern === null ? null : [...pattern].map((letter) => BY_LETTER[letter] ?? 'full');
}

/** MiniMax-Text: 1 is full attention. MiMo-V2: 1 is a window. */
function numberedKinds(config: ConfigFields): readonly LayerKind[] | null {
  const linear = listOf(config, ['attn_type_list'], indexes);
  if (linear !== null) return linear.map((kind) => (kind === 0 ? 'state' : 'full'));
  const hybrid = listOf(config, ['hybrid_layer_pattern'], indexes);
  return hybrid === null ? null : hybrid.map((kind) => (kind === 1 ? 'window' : 'full'));
}

/** Which layers have full attention, and what the others have; null: no such key. */
function fullLayers(config: ConfigFields) {
  const one = listOf(config, ['attn_layer_indices', 'full_attn_idxs'], indexes);
  if (one !== null) return { at: (layer: number) => one.includes(layer), other: 'state' as const };
  // Kimi Linear counts from 1
  const fromOne = listOf(config, ['linear_attn.full_attn_layers'], indexes);
  if (fromOne !== null)
    return { at: (layer: number) => fromOne.includes(layer + 1), other: 'state' as const };
  const attention = numberOf(config, ['attn_layer_period']);
  if (attention !== null) {
    const offset = numberOf(config, ['attn_layer_offset']) ?? 0;
    return { at: (layer: number) => layer % attention === offset, other: 'state' as const };
  }
  const interval = numberOf(config, ['full_attention_interval', 'layer_group_size']);
  if (interval !== null) return { at: periodic(config, interval), other: 'state' as const };
  return windowed(config);
}

function windowed(config: ConfigFields) {
  const { given } = config;
  const letters = textOf(given, 'sliding_window_pattern');
  if (letters !== null && letters.length > 0) {
    // EXAONE 4: L is local, G is global
    return { at: (layer: number) => letters[layer % letters.length] !== 'L', other: 'window' as const };
  }
  const pattern = numberOf(config, ['sliding_window_pattern', '_sliding_window_pattern']);
  if (pattern !== null) return { at: periodic(config, pattern), other: 'window' as const };
  const from =
    switchOf(config, 'use_sliding_window') === true ? numberOf(config, ['max_window_layers']) : null;
  return from === null ? null : { at: (layer: number) => layer < from, other: 'window' as const };
}

function periodic(config: ConfigFields, period: number): (layer: number) => boolean {
  const isFirst = switchOf(config, 'full_first') === true;
  return (layer) => (isFirst ? layer : layer + 1) % period === 0;
}

/** A window of a known class applies to all its layers. Of an unknown class it is ignored: it can be unused. */
function plainKind(config: ConfigFields): LayerKind {
  const isUsed = config.defaults !== null && switchOf(config, 'use_sliding_window') !== false;
  return isUsed && numberOf(config, ['sliding_window']) !== null ? 'window' : 'full';
}

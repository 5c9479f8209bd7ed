export const PRICE_FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
export type PriceField = (typeof PRICE_FIELDS)[number];

/**
 * One side of a rule. `indicator` names an entry of `INDICATORS`, `params` gives all its parameters by name (no
 * defaults), `output` selects one of its lines when it has several.
 */
export type Operand =
  | { readonly indicator: string; readonly params: Readonly<Record<string, number>>; readonly output?: string }
  | { readonly field: PriceField }
  | { readonly value: number };

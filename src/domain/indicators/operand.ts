export const PRICE_FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
export type PriceField = (typeof PRICE_FIELDS)[number];

/**
 * One side of a rule. `indicator` names an entry of `INDICATORS`, `params` its parameters by name
 * (all of them: a spec never relies on defaults), `output` one of its lines where it has several.
 */
export type Operand =
  | { readonly indicator: string; readonly params: Readonly<Record<string, number>>; readonly output?: string }
  | { readonly field: PriceField }
  | { readonly value: number };

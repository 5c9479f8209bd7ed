/** A strategy's position in one market of an account. Computed from fills only. */
export interface Position {
  readonly account: string;
  readonly strategyHash: string;
  readonly symbol: string;
  /** Base units; negative is short, 0 is flat. */
  readonly amount: number;
  readonly averagePrice: number;
  /** Quote currency, realised by closing fills, after fees. */
  readonly realisedPnl: number;
  readonly fees: number;
  readonly openedAt: number | null;
  readonly updatedAt: number;
}

/** Account value at a market time: cash plus positions at the last close, quote currency. */
export interface EquityPoint {
  readonly account: string;
  readonly time: number;
  readonly equity: number;
  readonly cash: number;
  readonly exposure: number;
}

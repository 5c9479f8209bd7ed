/** What a coordinator hands to a worker. `params` are as they came: whoever does the unit reads them strictly. */
export interface HandedUnit {
  readonly id: number | string;
  readonly params: unknown;
}

export type Handed = { readonly unit: HandedUnit } | { readonly none: string } | { readonly shutdown: string };

/** Where a remote worker gets units from, and reports to. */
export interface WorkSource {
  /** The next unit; `none` says why there is none, an answer that cannot be understood included. @throws AppError `coordinator-away` (retryable). */
  next(signal: AbortSignal): Promise<Handed>;
  /**
   * Reports on a unit; true when the coordinator has taken it. A report that may have arrived is sent again only to a
   * coordinator that counts it once. @throws AppError `coordinator-away` (retryable) when it did not arrive.
   */
  submit(unit: HandedUnit, report: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<boolean>;
}

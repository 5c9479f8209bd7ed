/** A unit assigned by a coordinator. `params` are unvalidated; the executor validates them. */
export interface AssignedUnit {
  readonly id: number | string;
  readonly params: unknown;
  /** From 1. */
  readonly replica: number;
  /** Drawn for each assignment. */
  readonly lease: string;
}

export type WorkResponse = { readonly unit: AssignedUnit } | { readonly none: string } | { readonly shutdown: string };

/** Source of units for a remote worker; takes its reports. */
export interface WorkSource {
  /**
   * Requests the next unit. `none` gives the reason when there is no unit or the answer is invalid. @throws AppError
   * `coordinator-away` (retryable).
   */
  next(abortSignal: AbortSignal): Promise<WorkResponse>;
  /**
   * Submits a report; true when the coordinator accepted it. A report that may have arrived is sent again only to a
   * coordinator that counts it once. @throws AppError `coordinator-away` (retryable) when it did not arrive.
   */
  submit(unit: AssignedUnit, report: Readonly<Record<string, unknown>>, abortSignal: AbortSignal): Promise<boolean>;
}

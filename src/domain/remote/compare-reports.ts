import { FIELD_NAMES, type FieldName, type ReportedFields } from '../fleet/reported-fields.ts';

/** How long it took differs between honest workers, and a genome is compared by what comes of it. */
const NOT_COMPARED: readonly FieldName[] = ['execution_time', 'strategy_genome'];

/** Where a report differs from what was computed again; null when every figure is the same. */
export function differenceOf(reported: ReportedFields, computed: ReportedFields): string | null {
  const name = FIELD_NAMES.find((field) => !NOT_COMPARED.includes(field) && reported[field] !== computed[field]);
  return name === undefined ? null : `${name} was reported as ${reported[name]} and is ${computed[name]}`;
}

import { type Life } from '../world/life.ts';

/** Who does something. */
export interface Doer {
  readonly life: Life;
  readonly agent: string;
}

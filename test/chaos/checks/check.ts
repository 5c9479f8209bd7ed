/** Reports what must not be. */
export type Violate = (check: string, text: string) => void;

const DECIMAL = /^-?(\d+(\.\d*)?|\.\d+)$/;

/** The number that decimal digits write; NaN for anything else: blanks, 0x10, 1e3 and Infinity are mistakes here. */
export const decimalOf = (text: string): number => (DECIMAL.test(text) ? Number(text) : NaN);

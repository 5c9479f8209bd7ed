import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundAgainstUs, roundDownToStep } from '../../../src/domain/market/rounding.ts';
import { AppError } from '../../../src/domain/errors.ts';

const steps = fc.constantFrom(1e-8, 1e-6, 0.0001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 25);

describe('rounding', () => {
  it('is exact in decimal', () => {
    expect(roundDownToStep(0.3, 0.1)).toBe(0.3);
    expect(roundDownToStep(0.1 + 0.2, 0.1)).toBe(0.3);
    expect(roundDownToStep(0.123456789, 1e-8)).toBe(0.12345678);
    expect(roundDownToStep(0.99, 0.1)).toBe(0.9);
    expect(roundAgainstUs(1.1 * 100, 0.01, 'buy')).toBe(110);
    expect(roundAgainstUs(98.004, 0.01, 'sell')).toBe(98);
    expect(roundAgainstUs(98.004, 0.01, 'buy')).toBe(98.01);
    expect(roundAgainstUs(66_413, 5, 'buy')).toBe(66_415);
    expect(roundDownToStep(1234.5, 1)).toBe(1234);
    expect(roundDownToStep(0, 0.1)).toBe(0);
    expect(() => roundDownToStep(1, 0)).toThrow(AppError);
  });

  it('gives the double of the decimal multiple, at most one increment away, on the correct side', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), steps, (value, step) => {
        const [down, up] = [roundAgainstUs(value, step, 'sell'), roundAgainstUs(value, step, 'buy')];
        for (const rounded of [down, up]) {
          const units = new Decimal(rounded).div(step);
          expect(units.equals(units.round())).toBe(true);
        }
        const dust = value * 1e-15;
        expect(down).toBeLessThanOrEqual(value + dust);
        expect(down).toBeGreaterThan(value - step - dust);
        expect(up).toBeGreaterThanOrEqual(value - dust);
        expect(up).toBeLessThan(value + step + dust);
        expect(roundDownToStep(down, step)).toBe(down);
        expect(roundAgainstUs(up, step, 'buy')).toBe(up);
      }),
    );
  });
});

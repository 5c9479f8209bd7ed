import { describe, expect, it } from 'vitest';
import { createLoginThrottle } from '../../../../src/http/security/login-throttle.ts';

function throttle() {
  let now = 1_000_000;
  const created = createLoginThrottle({ now: () => now });
  return { ...created, pass: (ms: number) => void (now += ms) };
}
const fail = (logins: ReturnType<typeof throttle>, address: string, times: number): void => {
  for (let i = 0; i < times; i += 1) logins.failed(address);
};

describe('wrong logins', () => {
  it('are free five times, then wait 1, 2, 4, 8, 10, 10 s', () => {
    const logins = throttle();
    fail(logins, '192.0.2.1', 4);
    expect(logins.waitMs('192.0.2.1')).toBe(0);
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      fail(logins, '192.0.2.1', 1);
      expect(logins.waitMs('192.0.2.1')).toBe(seconds * 1000);
      logins.pass(seconds * 1000);
      expect(logins.waitMs('192.0.2.1')).toBe(0);
    }
  });

  it('of 300 in a row, six a minute are examined', () => {
    const logins = throttle();
    let examined = 0;
    for (let second = 0; second < 300; second += 1) {
      if (logins.waitMs('::1') === 0) {
        examined += 1;
        logins.failed('::1');
      }
      logins.pass(1000);
    }
    expect(examined).toBeLessThanOrEqual(5 + 4 + 30);
  });

  it('count by address, by the network of IPv6, until a right one or a quarter of an hour', () => {
    const logins = throttle();
    fail(logins, '2001:db8:1:2:3::4', 6);
    expect(logins.waitMs('2001:db8:1:2:9::1')).toBeGreaterThan(0);
    expect(logins.waitMs('2001:db8:1:3::1')).toBe(0);
    expect(logins.waitMs('::ffff:192.0.2.1')).toBe(0);
    logins.pass(15 * 60_000);
    expect(logins.waitMs('2001:db8:1:2::1')).toBe(0);
    fail(logins, '192.0.2.1', 6);
    logins.succeeded('192.0.2.1');
    expect(logins.failed('192.0.2.1')).toBe(1);
  });
});

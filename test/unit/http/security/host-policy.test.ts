import { describe, expect, it } from 'vitest';
import { createHostPolicy, hostName, isLoopback } from '../../../../src/http/security/host-policy.ts';

describe('the host policy', () => {
  it.each([
    ['localhost:3000', 'localhost'],
    ['LOCALHOST', 'localhost'],
    ['[::1]:80', '::1'],
    ['127.0.0.1', '127.0.0.1'],
    ['a.example:65535', 'a.example'],
    ['', null],
    [undefined, null],
    ['user@localhost', null],
    ['localhost/x', null],
    ['::1', null],
    ['localhost:', null],
    ['localhost:abc', null],
    ['[::1', null],
  ])('parses %j as %j', (header, name) => {
    expect(hostName(header)).toBe(name);
  });

  it('accepts only real loopback names as loopback', () => {
    expect(['localhost', '::1', '127.0.0.1', '127.9.9.9'].every(isLoopback)).toBe(true);
    expect(['127.evil.example', '0.0.0.0', '::', 'localhost.evil.example', '10.0.0.1', ''].some(isLoopback)).toBe(
      false,
    );
  });

  it('admits the host it listens on, and any address when it listens on all', () => {
    const policy = createHostPolicy();
    policy.listensOn('Desk.example');
    expect(policy.admits('desk.example:3000')).toBe(true);
    expect(policy.admits('192.0.2.7')).toBe(false);
    policy.listensOn('0.0.0.0');
    expect(policy.admits('192.0.2.7:3000')).toBe(true);
    expect(policy.admits('[2001:db8::1]:3000')).toBe(true);
    expect(policy.admits('evil.example')).toBe(false);
  });
});

import { createHmac, hash } from 'node:crypto';

/** SHA-256 of bytes, or of a text as UTF-8; 64 lower-case hex digits. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/** HMAC-SHA-256, 64 lower-case hex digits. Texts are encoded as UTF-8. */
export const hmacSha256 = (key: string | Uint8Array, data: string | Uint8Array): string =>
  createHmac('sha256', key).update(data).digest('hex');

import { createHmac, hash } from 'node:crypto';

/** SHA-256 of the bytes, or of the text's UTF-8, as 64 lower-case hex digits. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/** HMAC-SHA-256, 64 lower-case hex digits. Texts are taken as UTF-8. */
export const hmacSha256 = (key: string | Uint8Array, data: string | Uint8Array): string =>
  createHmac('sha256', key).update(data).digest('hex');

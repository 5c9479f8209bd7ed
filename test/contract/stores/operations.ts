import { describe, expect, it } from 'vitest';
import { GENESIS_HASH, verifyChain } from '../../../src/domain/audit/chain.ts';
import { type Alert, type AuditEntry } from '../../../src/ports/records.ts';
import { type Stores } from '../../../src/ports/stores.ts';
import { agentState, deadLetter, nodeState, scalingAdvice, T0, together } from './samples.ts';

export const auditEntry = (key: string, change: Partial<AuditEntry> = {}): AuditEntry => ({
  key,
  actor: 'risk-manager',
  action: 'veto',
  subject: 'intent bc-1',
  at: T0,
  data: { 'max.exposure': 0.05, $reasons: ['too large'], nested: { none: null } },
  ...change,
});

export function operationsContract(stores: () => Stores): void {
  describe('audit log', () => {
    it('is one contiguous chain under 50 concurrent appends, with duplicates', async () => {
      const { audit } = stores();
      const before = await audit.head();
      const appended = await together(50, (i) => audit.append(auditEntry(`au-${i % 40}`, { at: T0 + i })));
      const records = await audit.read((before?.seq ?? 0) + 1, 1_000);
      expect(records).toHaveLength(40);
      expect(verifyChain(records, before)).toBeNull();
      expect(await audit.head()).toStrictEqual(records.at(-1));
      for (let i = 40; i < 50; i += 1) expect(appended[i]).toStrictEqual(appended[i - 40]);
      for (const record of appended) expect(records).toContainEqual(record);
    });

    it('keeps an existing entry', async () => {
      const { audit } = stores();
      const first = await audit.append(auditEntry('au-first'));
      expect(await audit.append(auditEntry('au-first', { action: 'approve' }))).toStrictEqual(first);
      expect((await audit.head())?.key).toBe('au-first');
      expect(first).toMatchObject(auditEntry('au-first'));
    });

    it('reads a part, from a sequence number on', async () => {
      const { audit } = stores();
      await together(5, (i) => audit.append(auditEntry(`au-read-${i}`)));
      const all = await audit.read(1, 1_000);
      expect(all[0]).toMatchObject({ seq: 1, previous: GENESIS_HASH });
      expect(await audit.read(2, 3)).toStrictEqual(all.slice(1, 4));
      expect(await audit.read(all.length + 1, 10)).toEqual([]);
      expect(verifyChain(all, null)).toBeNull();
    });

    it('refuses data without canonical form and continues', async () => {
      const { audit } = stores();
      await expect(audit.append(auditEntry('au-nan', { data: { x: Number.NaN } }))).rejects.toThrow('NaN');
      await audit.append(auditEntry('au-after'));
      expect(verifyChain(await audit.read(1, 1_000), null)).toBeNull();
    });
  });

  describe('agent states', () => {
    it('keep one row per agent and node, with the last heartbeat', async () => {
      const { agentStates } = stores();
      await together(20, (i) => agentStates.beat(agentState('trader', 'ag-1', { completed: i, job: `j${i}` })));
      const last = agentState('trader', 'ag-1', { status: 'error', lastError: 'boom' });
      await agentStates.beat(last);
      await agentStates.beat(agentState('analyst', 'ag-1'));
      await agentStates.beat(agentState('trader', 'ag-2'));
      const listed = await agentStates.list();
      expect(listed).toStrictEqual([agentState('analyst', 'ag-1'), last, agentState('trader', 'ag-2')]);
      await agentStates.removeNode('ag-1');
      expect(await agentStates.list()).toStrictEqual([agentState('trader', 'ag-2')]);
    });
  });

  describe('nodes', () => {
    it('keep the last heartbeat of each', async () => {
      const { nodes } = stores();
      await together(20, (i) => nodes.beat(nodeState('no-1', { lastSeen: T0 + i })));
      const last = nodeState('no-1', { draining: true, queues: [], lastSeen: T0 + 50 });
      await nodes.beat(last);
      await nodes.beat(nodeState('no-2'));
      expect(await nodes.list()).toStrictEqual([last, nodeState('no-2')]);
      await nodes.remove('no-2');
      await nodes.remove('no-none');
      expect(await nodes.list()).toStrictEqual([last]);
    });
  });

  describe('scaling advice', () => {
    it('keeps the last of each queue', async () => {
      const { scaling } = stores();
      await together(20, (i) => scaling.put([scalingAdvice('backtest', { wanted: i })]));
      const last = scalingAdvice('backtest', { serviceSeconds: null, lowSince: T0, lowPeak: 3, serial: true });
      await scaling.put([scalingAdvice('analyst'), last]);
      await scaling.put([]);
      expect(await scaling.list()).toStrictEqual([scalingAdvice('analyst'), last]);
    });
  });

  describe('dead letters', () => {
    it('keep the latest failure of a job and when it was retried', async () => {
      const { deadLetters } = stores();
      await together(20, (i) => deadLetters.record(deadLetter('dl-1', { attempts: i })));
      await deadLetters.record(deadLetter('dl-1'));
      expect(await deadLetters.get('backtest', 'dl-1')).toStrictEqual(deadLetter('dl-1'));
      expect(await deadLetters.markRetried('backtest', 'dl-1', T0 + 5)).toBe(true);
      expect(await deadLetters.get('backtest', 'dl-1')).toStrictEqual(deadLetter('dl-1', { retriedAt: T0 + 5 }));
      await deadLetters.record(deadLetter('dl-1', { failedAt: T0 + 9 }));
      expect(await deadLetters.get('backtest', 'dl-1')).toStrictEqual(deadLetter('dl-1', { failedAt: T0 + 9 }));
      expect(await deadLetters.markRetried('backtest', 'dl-none', T0)).toBe(false);
      expect(await deadLetters.get('optimizer', 'dl-1')).toBeNull();
      await deadLetters.record(deadLetter('dl-2', { failedAt: T0 + 8, data: null }));
      await deadLetters.record(deadLetter('dl-3', { failedAt: T0 + 10, data: 'text' }));
      expect((await deadLetters.list(2)).map(({ jobId }) => jobId)).toEqual(['dl-3', 'dl-1']);
      expect((await deadLetters.get('backtest', 'dl-2'))?.data).toBeNull();
    });
  });

  describe('alerts', () => {
    it('are raised once by key and listed newest first', async () => {
      const { alerts } = stores();
      const alert = (key: string, at: number): Alert => ({ key, severity: 'critical', title: 'Halt', text: '', at });
      const raised = await together(30, () => alerts.raise(alert('al-1', T0)));
      expect(raised.filter(Boolean)).toHaveLength(1);
      expect(await alerts.raise(alert('al-2', T0 + 2))).toBe(true);
      expect(await alerts.raise(alert('al-3', T0 + 1))).toBe(true);
      expect(await alerts.list(2)).toStrictEqual([alert('al-2', T0 + 2), alert('al-3', T0 + 1)]);
      expect(await alerts.list(10)).toHaveLength(3);
    });

    it('are found by the beginning of their key, the newest', async () => {
      const { alerts } = stores();
      const alert = (key: string, at: number): Alert => ({ key, severity: 'info', title: '', text: '', at });
      for (const [i, key] of ['be/1', 'begin/9/away', 'begin/10/back', 'begin', 'beginning/1'].entries())
        await alerts.raise(alert(key, T0 + i));
      expect((await alerts.latest('begin/'))?.key).toBe('begin/10/back');
      expect(await alerts.latest('none/')).toBeNull();
    });
  });

  describe('feed', () => {
    it('moves market time forward only', async () => {
      const { feed } = stores();
      expect(await feed.get('fe')).toBeNull();
      await together(30, (i) => feed.advance({ source: 'fe', now: T0 + ((i * 7) % 30), updatedAt: i }));
      expect((await feed.get('fe'))?.now).toBe(T0 + 29);
      await feed.advance({ source: 'fe', now: T0 + 5, updatedAt: 1 });
      expect((await feed.get('fe'))?.now).toBe(T0 + 29);
      const later = { source: 'fe', now: T0 + 30, updatedAt: 2 };
      await feed.advance(later);
      expect(await feed.get('fe')).toStrictEqual(later);
    });
  });
}

import { type Alert } from '../../ports/records.ts';
import { type AlertStore } from '../../ports/stores.ts';
import { type Database } from './database.ts';
import { number, oneOf, optional, text } from './fields.ts';

export function createAlertStore(database: Database): AlertStore {
  const alerts = database.table<Alert>({
    collection: 'alerts',
    key: ({ key }) => key,
    fields: {
      key: text,
      account: optional(text),
      severity: oneOf(['info', 'warning', 'critical']),
      title: text,
      text: text,
      at: number,
    },
    indexes: [{ at: -1 }],
  });

  return {
    raise: async (alert) => (await alerts.insert([alert])) === 1,
    list: (limit) => alerts.find({}, { at: -1 }, { limit }),
    async latest(prefix) {
      // No key has this character, so the range holds every key with the prefix.
      const range = { $gte: prefix, $lt: `${prefix}\uffff` };
      const [found] = await alerts.find({ _id: range }, { at: -1 }, { limit: 1 });
      return found ?? null;
    },
  };
}

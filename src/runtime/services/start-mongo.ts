import { join } from 'node:path';
import { findBinary } from './binary.ts';
import { createEmbeddedStore, embeddedStoreCommand } from './embedded-store.ts';
import { createPrivateMongod } from './private-mongod.ts';
import { external, type StartContext, type Started, type StartServicesOptions } from './service.ts';
import { startOwn } from './start-own.ts';

export async function startMongo(context: StartContext, options: StartServicesOptions): Promise<Started> {
  const { mongoUrl, mongodBinaries = ['mongod'], embeddedCommand = embeddedStoreCommand() } = options;
  if (mongoUrl !== undefined) {
    context.registry.record('mongo', { kind: 'external', url: mongoUrl });
    return external(mongoUrl);
  }
  const binary = findBinary(mongodBinaries);
  if (binary === null) {
    const directory = join(context.dataDirectory, 'store');
    return startOwn(context, 'mongo', 'embedded', (port) => createEmbeddedStore(embeddedCommand, directory, port));
  }
  const directory = join(context.dataDirectory, 'mongod');
  return startOwn(context, 'mongo', 'private', (port) => createPrivateMongod(binary, directory, port));
}

/** Webhooks are notification targets: "receiver" is Senlin's word for another thing. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('notification_receiver').renameTo('notification_target').execute();
  await db.schema.dropIndex('notification_by_receiver').execute();
  await db.schema.alterTable('notification').renameColumn('receiver', 'target').execute();
  await db.schema
    .createIndex('notification_by_target')
    .on('notification')
    .columns(['target', 'seq'])
    .execute();
}

/**
 * Proves the rows of a copy once more at the very end: triggers that wait for the commit may make others wait behind them
 * (SET CONSTRAINTS ... DEFERRED in a trigger), and what those write comes after any look that a statement could take.
 */
import type { PgSession } from '../../postgres/session.ts'
import { quoteText } from '../../postgres/sql.ts'

/** What the commit is refused with; the message is the number of rows. */
export const otherAtCommit = 'OPS01'

/** So many times it lets those that came meanwhile go first; each costs one row. */
const rounds = 100

const constraint = 'pg_temp.ops_at_commit'

/** Whether anything can wait for the commit: some table has a trigger that can be deferred. Foreign keys change nothing so late. */
export async function waitsForCommit(pg: PgSession, doing: string): Promise<boolean> {
  const some = 'SELECT EXISTS (SELECT FROM pg_trigger WHERE tgdeferrable AND NOT tgisinternal)'
  return (await pg.value(some, doing)) === 't'
}

/** `counts`: statements that each answer how many rows are not as they should be; what they read is there until the commit. */
export async function proveAtCommit(pg: PgSession, counts: readonly string[], doing: string): Promise<void> {
  const body = `DECLARE others bigint; BEGIN
    IF NEW.round < ${rounds} THEN
      SET CONSTRAINTS ${constraint} DEFERRED;
      INSERT INTO pg_temp.ops_rounds VALUES (NEW.round + 1);
    ELSE
      others := ${counts.map(each => `(${each})`).join(' + ')};
      IF others > 0 THEN RAISE EXCEPTION USING ERRCODE = ${quoteText(otherAtCommit)}, MESSAGE = others::text; END IF;
    END IF;
    RETURN NULL; END`
  await pg.query(
    `CREATE TEMP TABLE ops_rounds (round int) ON COMMIT DROP;
     CREATE OR REPLACE FUNCTION pg_temp.ops_at_commit() RETURNS trigger LANGUAGE plpgsql AS ${quoteText(body)};
     CREATE CONSTRAINT TRIGGER ops_at_commit AFTER INSERT ON pg_temp.ops_rounds DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE PROCEDURE pg_temp.ops_at_commit();
     SET CONSTRAINTS ${constraint} DEFERRED;
     INSERT INTO pg_temp.ops_rounds VALUES (1)`,
    doing,
  )
}

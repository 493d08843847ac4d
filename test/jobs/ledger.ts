/**
 * A table that writers change while it is archived, and a ledger of it that triggers keep: what is in the table and in the
 * archive is compared with what was ever committed, by the server alone.
 */

export const oldRowsOf = (rows: number): string =>
  `INSERT INTO t (v, body, at) SELECT 1, REPEAT(MD5(seq), 5), NOW() - INTERVAL (seq % 700) DAY FROM seq_1_to_${rows};`

/** `CALL writer()` goes on until a row is in `stop`; `late`: rows of each insert, all of them old. */
export const ledgerSeed = (rows: number, late: number): string => `
CREATE DATABASE app; USE app;
CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v INT NOT NULL, body VARCHAR(200), at DATETIME NOT NULL, KEY (at));
CREATE TABLE ledger (id BIGINT PRIMARY KEY, v INT NOT NULL, at DATETIME NOT NULL, gone INT NOT NULL DEFAULT 0);
CREATE TRIGGER come AFTER INSERT ON t FOR EACH ROW REPLACE INTO ledger VALUES (NEW.id, NEW.v, NEW.at, 0);
CREATE TRIGGER changed AFTER UPDATE ON t FOR EACH ROW REPLACE INTO ledger VALUES (NEW.id, NEW.v, NEW.at, 0);
${oldRowsOf(rows)}
CREATE TABLE stop (now INT);
DELIMITER //
CREATE PROCEDURE writer() BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION ROLLBACK;
  WHILE (SELECT COUNT(*) FROM stop) = 0 DO
    SET @id = FLOOR(1 + RAND() * (SELECT MAX(id) FROM ledger)), @what = FLOOR(RAND() * 10), @n = 0;
    IF @what < 4 THEN UPDATE t SET v = v + 1 WHERE id = @id;
    ELSEIF @what < 8 THEN UPDATE t SET v = v + 1, at = NOW() WHERE id = @id;
    ELSEIF @what = 8 THEN INSERT INTO t (v, body, at) SELECT 1, 'late', NOW() - INTERVAL 400 DAY FROM seq_1_to_${late};
    ELSE
      START TRANSACTION;
      SELECT COUNT(*) INTO @n FROM t WHERE id = @id FOR UPDATE;
      IF @n = 1 THEN UPDATE ledger SET gone = 1 WHERE id = @id; DELETE FROM t WHERE id = @id; END IF;
      COMMIT;
    END IF;
    DO SLEEP(0.002);
  END WHILE;
END //
DELIMITER ;
`

/** Asked when the archive is restored into `app.again`. */
export const ledgerSays = `USE app;
  SELECT 'in both', COUNT(*) FROM t JOIN again USING (id) UNION ALL
  SELECT 'in none', COUNT(*) FROM ledger l LEFT JOIN t USING (id) LEFT JOIN again a USING (id)
    WHERE l.gone = 0 AND t.id IS NULL AND a.id IS NULL UNION ALL
  SELECT 'old in the table', COUNT(*) FROM ledger l JOIN t USING (id) WHERE (l.v, l.at) <> (t.v, t.at) UNION ALL
  SELECT 'old in the archive', COUNT(*) FROM ledger l JOIN again a USING (id) WHERE l.gone = 0 AND (l.v, l.at) <> (a.v, a.at) UNION ALL
  SELECT 'never committed', COUNT(*) FROM again a LEFT JOIN ledger l USING (id) WHERE l.id IS NULL UNION ALL
  SELECT 'old rows left', COUNT(*) FROM t WHERE at < NOW() - INTERVAL 6 MONTH - INTERVAL 1 DAY`

export const nothingWrong = [
  ...['in both', 'in none', 'old in the table', 'old in the archive', 'never committed', 'old rows left'],
]
  .map(line => `${line}\t0\n`)
  .join('')

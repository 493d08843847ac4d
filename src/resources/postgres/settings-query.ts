/** What a PostgreSQL server is asked about its settings. */

const tab = 'chr(9)'

/** Names of settings need no quotes, by what params take. */
const words = (keys: readonly string[]) => keys.map(key => `('${key}')`).join(',')

/** Control characters would end a line or a field; no wanted value has any. */
const flat = (text: string) => `translate(${text}, chr(9)||chr(10)||chr(13), chr(1)||chr(1)||chr(1))`

/** Columns of one line, with tabs between them; nothing of it where one is null. */
const line = (...columns: readonly string[]) => columns.join(`||${tab}||`)

/**
 * Lines of columns. `@...`: for the shell alone. `type KEY VARTYPE UNIT CONTEXT SOURCE DEFAULT`, `now KEY VALUE` as it
 * runs, without what this session has; `set KEY LINE FILE VALUE`, all that its files say, in the order in which they are read.
 * Nothing is set for the session: that would hide what the server has. So no text in it has a backslash.
 */
export function settingsQuery(keys: readonly string[]): string {
  return `select ${line("'@conf'", "current_setting('config_file')")};
select ${line("'@data'", "current_setting('data_directory')")};
select ${line("'@pid'", "split_part(pg_read_file('postmaster.pid'),chr(10),1)")};
select ${line("'@bin'", 'setting')} from pg_config where name='BINDIR';
select ${line("'type'", 'lower(name)', 'vartype', "coalesce(unit,'')", 'context', 'source', flat("coalesce(boot_val,'')"))} from pg_settings where lower(name) in (values ${words(keys)}) order by 1;
select ${line("'now'", 'n', flat('coalesce((select reset_val from pg_settings where lower(name)=n),current_setting(n,true))'))} from (values ${words(keys)}) k(n) where current_setting(n,true) is not null order by 1;
select ${line("'set'", 'lower(name)', 'sourceline', 'sourcefile', flat("coalesce(setting,'')"))} from pg_file_settings where lower(name) in (values ${words(keys)}) order by seqno;`
}

/** For people: who has another value of his own, what else waits for a start, and how many are connected. */
export function settingsDetail(keys: readonly string[]): string {
  const whose =
    "trim(coalesce('role '||r.rolname,'')||coalesce(' in database '||d.datname,'')||case when r.rolname is null and d.datname is null then 'all roles' else '' end)"
  return `select ${line("'own'", 'split_part(c,chr(61),1)', whose, flat('substr(c,strpos(c,chr(61))+1)'))} from (select setdatabase,setrole,unnest(setconfig) c from pg_db_role_setting) s left join pg_roles r on r.oid=setrole left join pg_database d on d.oid=setdatabase where lower(split_part(c,chr(61),1)) in (values ${words(keys)}) order by 1;
select ${line("'pending'", 'name')} from pg_settings where pending_restart and lower(name) not in (values ${words(keys)}) order by 1;
select ${line("'clients'", 'count(*)')} from pg_stat_activity where backend_type='client backend' and pid<>pg_backend_pid();`
}

/** What would keep the file NAME.conf from having the last word, a line each; it is asked before the server reads it. */
export function settingsCheck(keys: readonly string[], name: string): string {
  const own = `~ '/${name}[.]conf$'`
  return `select sourcefile||':'||sourceline||' sets '||name||' and is read later' from pg_file_settings f where lower(name) in (values ${words(keys)}) and sourcefile !${own} and seqno=(select max(seqno) from pg_file_settings g where lower(g.name)=lower(f.name));
select 'the server does not read it: its folder is not included' where not exists (select from pg_file_settings where sourcefile ${own});
select f.sourcefile||':'||coalesce(f.sourceline,0)||': '||f.error from pg_file_settings f left join pg_settings s on lower(s.name)=lower(f.name) where f.error is not null and coalesce(s.context,'')<>'postmaster';`
}

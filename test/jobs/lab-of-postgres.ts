/** The database `lab` of the PostgreSQL on `both1`, which root enters with a password, as `[db reports]` names it. */
import type { Host } from '../hosts/host.ts'

/** What belongs into the folder of ops. */
export const reports = {
  section:
    '[db reports]\nengine = postgres\nhost = both1\ndatabase = lab\naddress = 127.0.0.1:5432\nuser = root\npassword = @reports.password\n',
  files: { 'reports.password': 'not guessed\n' },
}

export async function makeLab(host: Host): Promise<void> {
  await host.read(`cd /; su postgres -c 'createuser -s root; createdb lab'
    psql -q lab -c "ALTER ROLE root PASSWORD 'not guessed'"`)
}

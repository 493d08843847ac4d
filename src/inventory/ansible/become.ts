/** Whom Ansible becomes on a host: ops becomes root by sudo on all hosts of a run, and goes to no host that wants it otherwise. */
type Variables = Readonly<Record<string, string>>

const passwords = ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass', 'ansible_su_pass']
const programs = [
  'ansible_become_exe',
  'ansible_become_flags',
  'ansible_sudo_exe',
  'ansible_sudo_flags',
  'ansible_su_exe',
  'ansible_su_flags',
]
const users = ['ansible_become_user', 'ansible_sudo_user', 'ansible_su_user']
const switches = ['ansible_become', 'ansible_sudo']

/** Every variable that says who somebody becomes after the login. */
export const becomeVariables: readonly string[] = [
  ...switches,
  'ansible_su',
  ...users,
  'ansible_become_method',
  ...passwords,
  ...programs,
]

/** As Ansible reads a boolean. */
const isTrue = (value: string): boolean => /^(?:y|yes|on|1|true|t|1\.0)$/i.test(value.trim())

/** Why ops would become somebody else than was meant; undefined where it would not. `user` logs in. */
export function becomeProblem(vars: Variables, user: string | undefined): string | undefined {
  const set = (keys: readonly string[]) => keys.find(key => vars[key] !== undefined && vars[key] !== '')
  const template = [...switches, ...users, 'ansible_become_method'].find(key => vars[key]?.includes('{{'))
  if (template !== undefined)
    return `${template} is a template of Ansible or a value of its vault, which ops does not fill in`
  const off = set(switches)
  const isOff = off !== undefined && !isTrue(vars[off] ?? '')
  // Who is root at once stays root.
  if (isOff && user === 'root') return undefined
  if (isOff)
    return `${off}=${vars[off]} is not read by ops, which becomes root on all hosts of a run: name it by its address instead, with --no-become`
  const other = users.find(key => !['', 'root', undefined].includes(vars[key]))
  if (other !== undefined)
    return `${other}=${vars[other]} is not read by ops, which becomes root on all hosts of a run: name it by its address instead, with --become-user ${vars[other]}`
  const method = vars.ansible_become_method ?? ''
  if (!['', 'sudo', 'ansible.builtin.sudo'].includes(method))
    return `ansible_become_method=${method} is not read by ops, which becomes root by sudo`
  if (vars.ansible_su !== undefined && isTrue(vars.ansible_su))
    return 'ansible_su is not read by ops, which becomes root by sudo'
  const password = set(passwords)
  if (password !== undefined) return `${password} is not read by ops: take it out, and give --ask-become-pass`
  const program = set(programs)
  return program === undefined
    ? undefined
    : `${program} is not read by ops, which runs sudo as it finds it on the host`
}

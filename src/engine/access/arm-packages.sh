# The functions of `access-arm-packages`, as packages-shell.ts describes them.
ops_access_packages() { dpkg-query -W -f='${binary:Package} ${Version} ${db:Status-Status}\n' 2>/dev/null | grep ' installed$' | sort; }
# Configuration files that dpkg minds, each with the hash of its text as the package brought it.
ops_access_shipped() { dpkg-query -W -f='${Conffiles}\n' 2>/dev/null | awk '$1 ~ "^/" && NF == 2 { print $2 "  " $1 }' | sort; }
ops_arm_packages() {
  command -v dpkg-query >/dev/null || return 0
  ops_access_packages >saved/packages && ops_access_shipped >saved/shipped
}

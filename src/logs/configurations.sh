# What the servers of a host write where, as host-script.ts describes it.
ops_configurations() {
  PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
  if command -v nginx >/dev/null; then
    printf 'nginx\0'; nginx -V 2>&1 | sed -n 's/.*--prefix=\([^ ]*\).*/\1/p' | tr -d '\n'; printf '\0'
    nginx -T || cat /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/*
    printf '\0'
  fi
  for ops_apache in apache2ctl apachectl httpd; do
    command -v "$ops_apache" >/dev/null || continue
    ops_apache_logs=$([ ! -r /etc/apache2/envvars ] || . /etc/apache2/envvars >/dev/null; printf %s "$APACHE_LOG_DIR")
    printf 'apache\0%s\0' "$ops_apache_logs"
    ops_list=$("$ops_apache" -t -D DUMP_INCLUDES | sed -n 's/^ *([^)]*) *//p')
    if [ -n "$ops_list" ]; then printf '%s\n' "$ops_list" | while IFS= read -r ops_file; do cat "$ops_file"; echo; done
    else cat /etc/apache2/apache2.conf /etc/apache2/mods-enabled/*.conf /etc/apache2/conf-enabled/*.conf /etc/apache2/sites-enabled/*.conf /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*.conf
    fi
    printf '\0'
    break
  done
}

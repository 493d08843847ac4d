/** How nginx itself is asked: whether it takes a whole configuration, and whether it answers by a new part of it. */
import { sh } from 'ops-recipes'

/** Runs where the new file is in its place already: all of nginx's configuration must be good and hold that file. */
export function wholeConfiguration(path: string): string {
  return sh`path=${path}
all=$(nginx -T 2>&1) || {
  why=$(echo "$all" | grep -e '\\[emerg]' -e '\\[crit]' -e '\\[alert]' | head -n 1 | sed 's/^[^[]*//; s/] [0-9#: *]*/] /')
  case $why in
    *'Address family not supported'*) why="$why; --no-ipv6 leaves IPv6 out" ;;
    *'unknown directive'* | *'invalid parameter'*) why="$why; this is $(nginx -v 2>&1)" ;;
  esac
  echo "nginx: \${why:-it refuses the configuration}"
  exit 1
}
case $all in *"# configuration file $path:"*) exit 0 ;; esac
echo "nginx.conf includes no conf.d/*.conf within http, so nginx would not read $path"
exit 1`.shell
}

/** An answer counts, whatever it says, when it came by way of the servers of this file. */
export function realRequest(path: string, listen: string, name: string): string {
  const port = listen.replace(/.*:/, '')
  const given = listen.slice(0, -port.length - 1).replace(/[[\]]/g, '')
  const at = given === '' || given === '0.0.0.0' ? '127.0.0.1' : given === '::' ? '::1' : given
  const host = name.replace('*', 'any')
  const url = `http://${at.includes(':') ? `[${at}]` : at}:${port}/`
  return sh`if command -v bash >/dev/null; then
  answer=$(timeout 15 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "HEAD / HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n" "$2" >&3 && cat <&3' ${at} ${port} ${host})
elif command -v curl >/dev/null; then
  answer=$(curl -sI --max-time 15 -H ${`Host: ${host}`} ${url})
else exit 0
fi
case $answer in
  *[Xx]-[Ff]ailover:*) exit 0 ;;
  HTTP*)
    other=$(nginx -T 2>/dev/null | awk -v name=${host} -v own=${path} '
      /^# configuration file / { file = $4; sub(/:$/, "", file) }
      file != own && match($0, /^[^#]*server_name[ \\t][^;]*/) {
        n = split(substr($0, RSTART, RLENGTH), words, /[ \\t]+/)
        for (i = n; i > 0 && words[i] != "server_name"; i--) if (words[i] == name) { print file; exit }
      }')
    echo ${`a request to ${url} for ${host} was answered by another server of this nginx`}"\${other:+: $other names it too}" ;;
  *) echo ${`a request to ${url} got no answer`} ;;
esac
exit 1`.shell
}

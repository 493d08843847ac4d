# The functions of `gem-look`, as look.ts describes them.
ops_gems() {
  ops_mark=$1
  shift
  if command -v gem >/dev/null && command -v ruby >/dev/null; then
    ruby -e 'mark = ARGV.shift; ARGV.each { |name|
      found = Gem::Specification.find_all_by_name(name).map(&:version).uniq.sort.reverse
      puts "versions=" + (found.empty? ? "none" : found.join(" ")); puts mark if mark != "" }' "$ops_mark" "$@"
    return
  fi
  for ops_gem_name; do
    printf 'versions=none\nruby=absent\n'
    [ -z "$ops_mark" ] || echo "$ops_mark"
  done
}

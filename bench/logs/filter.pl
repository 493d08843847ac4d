# The same CSV as `ops logs csv --format combined`, as somebody who knows Perl would write it in a quarter of an hour.
use strict; use warnings;
binmode STDIN; binmode STDOUT; $| = 0;
my %short = ('"' => '"', '\\' => '\\', b => "\b", n => "\n", r => "\r", t => "\t", v => "\x0b");
print "remote_addr,remote_logname,remote_user,time_local,request,method,target,protocol,status,body_bytes_sent,http_referer,http_user_agent\n";
while (my $line = <STDIN>) {
  $line =~ s/\r?\n\z//;
  my @cells = $line =~ /^(\S+) (\S+) (.*?) \[([^\]"]+)\] "((?:[^"\\]|\\.)*)" ([\d.-]+) ([\d.-]+) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"\z/s
    or do { $main::rejected++; next };
  my ($method, $target, $protocol) = $cells[4] =~ /^([A-Z0-9_-]+) (.*?)(?: (HTTP\/[\d.]+))?\z/s;
  splice @cells, 5, 0, map { defined $_ ? $_ : '' } $method, $target, $protocol;
  for (@cells) {
    s/\\(?:x([0-9A-Fa-f]{2})|(["\\bnrtv]))/defined $1 ? chr hex $1 : $short{$2}/ge if index($_, '\\') >= 0;
    if (/[",\r\n]/) { s/"/""/g; $_ = "\"$_\"" }
  }
  print join(',', @cells), "\n";
}
